import { registerHooks } from "node:module";

/**
 * Lets a user's task module import `coterie/learn` and `@jax-js/jax` wherever it lies, and get the very modules
 * that this process runs on: arrays of a second copy of jax-js would be strangers to ours. In a checkout that is
 * the sources.
 */
export function sharePackages(): void {
  const isSource = import.meta.url.endsWith(".ts");
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!/^(coterie|@jax-js\/jax)(\/|$)/.test(specifier)) return nextResolve(specifier, context);
      const conditions = isSource ? [...context.conditions, "coterie-source"] : context.conditions;
      return nextResolve(specifier, { ...context, conditions, parentURL: import.meta.url });
    },
  });
}

import { parse } from "yaml";
import { InputError } from "../errors.ts";

/** A `--set key.path=value` of the command line. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** As the user wrote it, for error messages. */
  readonly source: string;
}

/**
 * Reads `key.path=value`; the value is a YAML scalar or flow collection, nothing means null.
 *
 * @throws InputError `recipe.override` when there is no `=`, a key is empty or the value is not YAML
 */
export function parseOverride(text: string): Override {
  const source = `--set ${text}`;
  const fail = (sentence: string): never => {
    throw new InputError("recipe.override", `${source}: ${sentence}`, { at: source });
  };
  const equals = text.indexOf("=");
  const path = text.slice(0, Math.max(equals, 0)).split(".");
  if (equals < 0 || path.some((key) => key.trim() !== key || key === "")) {
    fail("write it as key.path=value, such as --set local.batch=64");
  }
  try {
    const value: unknown = parse(text.slice(equals + 1), { maxAliasCount: 0, stringKeys: true });
    return { path, value, source };
  } catch {
    return fail("the value is not well-formed YAML; quote it if it holds special characters");
  }
}

/**
 * A copy of `recipe` with the overrides in place; sections that are absent or null are made on the way. Setting a
 * section's `kind` to another one replaces the section, because the keys of one kind mean nothing to another:
 * what other overrides set in it holds, whatever their order.
 *
 * @throws InputError `recipe.override` when a path leads through a value that is no section
 */
export function applyOverrides(
  recipe: Record<string, unknown>,
  overrides: readonly Override[],
): Record<string, unknown> {
  const isKind = ({ path }: Override): boolean => path.at(-1) === "kind";
  const kindsFirst = [...overrides.filter(isKind), ...overrides.filter((override) => !isKind(override))];
  return kindsFirst.reduce((section, override) => place(section, override, 0), recipe);
}

function place(section: unknown, override: Override, depth: number): Record<string, unknown> {
  const { path, value, source } = override;
  if (typeof (section ?? {}) !== "object" || Array.isArray(section)) {
    const parent = path.slice(0, depth).join(".");
    throw new InputError("recipe.override", `${source}: ${parent} is a plain value and has no keys to set`, {
      at: source,
    });
  }
  const current = (section ?? {}) as Record<string, unknown>;
  const key = path[depth];
  const held = Object.hasOwn(current, key) ? current[key] : undefined;
  if (depth < path.length - 1) return { ...current, [key]: place(held, override, depth + 1) };
  return key === "kind" && held !== value ? { kind: value } : { ...current, [key]: value };
}

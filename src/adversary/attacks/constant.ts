import type { Attack } from "../attack.ts";
import { checkSeen } from "../checks.ts";
import { colluding } from "../seen.ts";

/**
 * The same number in every coordinate. A test of hygiene rather than an attack: 0 stops a client's contribution,
 * NaN and Infinity spoil every sum in which they are not caught, 1e30 moves every mean.
 *
 * @param honest gives the length
 * @param options.byzantine m, corrupted clients
 * @param options.value anything, also NaN, Infinity and -Infinity
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example constant(own, { byzantine: 2, value: Number.NaN })
 */
export function constant(
  honest: readonly Float32Array[],
  options: { readonly byzantine: number; readonly value: number },
): Float32Array[] {
  const { byzantine, value } = options;
  checkSeen(honest, byzantine);
  return colluding(new Float32Array(honest[0].length).fill(value), byzantine);
}

/** {@link constant} as a run's attack. */
export function constantAttack(options: { readonly value: number }): Attack {
  return {
    kind: "constant",
    view: "own",
    forge: ({ own }) => ({ vectors: constant(own, { ...options, byzantine: own.length }) }),
  };
}

import type { View, ViewKind } from "./attack.ts";

/**
 * The vectors that an attack looks at: what the corrupted clients computed, or what the honest ones did. In a
 * round without honest clients the omniscient see their own.
 */
export function seenBy(kind: ViewKind, view: View): readonly Float32Array[] {
  return kind === "omniscient" && view.honest.length > 0 ? view.honest : view.own;
}

/** The same vector from each of `byzantine` colluders. */
export function colluding(vector: Float32Array, byzantine: number): Float32Array[] {
  return Array.from({ length: byzantine }, () => vector);
}

/** The kinds of number that recipes hold, so that ranges read alike and error sentences are written once. */
import { z } from "zod";

/** A whole number of at least `minimum`; the upper end keeps typing errors from asking for the impossible. */
export function count(minimum: number, maximum = 1_000_000_000) {
  return z.int().min(minimum).max(maximum);
}

/** A number > 0. */
export function positive() {
  return z.number().gt(0);
}

/** A number >= 0. */
export function nonNegative() {
  return z.number().min(0);
}

/** A number in [0, 1]. */
export function probability() {
  return z.number().min(0).max(1);
}

/** A number in [0, 1), such as a momentum or a moment's decay. */
export function decay() {
  return z.number().min(0).lt(1);
}

/** A path or a name that is not empty. */
export function text() {
  return z.string().min(1);
}

/** The `kind` that a section means when it names none. */
export function usualKind<Kind extends string>(kind: Kind) {
  return z
    .literal(kind)
    .optional()
    .default(kind as NonNullable<Kind>);
}

import { InputError } from "../../errors.ts";
import type { SumOptions } from "../contribution.ts";

export interface SwiftAggPlusOptions {
  /** T: so many clients together with the server learn nothing but the sum; >= 0. */
  readonly colluders: number;
  /** D: so many clients may fall silent at any moment without harm; >= 0. */
  readonly dropouts: number;
  /**
   * K: pieces that an update is cut into, >= 1. More make messages smaller and groups larger. `auto`: as many as the
   * clients that are there and `connections` allow.
   */
  readonly parts: number | "auto";
  /** Under `auto`, the most other clients that a client may have to talk to. Default: all; then there is one group. */
  readonly connections?: number;
  /** How sums travel from group to group: through all of them in turn (default), or up a binary tree. */
  readonly topology?: "chain" | "tree";
  /** Of the ramp code; default `lagrange`. */
  readonly basis?: "lagrange" | "monomial";
  /** How updates become numbers that can be summed; of all clients of a round. */
  readonly sum: SumOptions;
}

/** @throws InputError `secure.parameters` for options that suit no number of clients */
export function checkOptions({ colluders, dropouts, parts, connections }: SwiftAggPlusOptions): void {
  const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  const fault = !isCount(colluders, 0)
    ? "colluders must be a whole number of at least 0"
    : !isCount(dropouts, 0)
      ? "dropouts must be a whole number of at least 0"
      : parts !== "auto" && !isCount(parts, 1)
        ? 'parts must be "auto" or a whole number of at least 1'
        : connections !== undefined && !isCount(connections, 1)
          ? "connections must be a whole number of at least 1"
          : connections !== undefined && parts !== "auto"
            ? 'connections only guide the choice of parts: leave them out, or set parts to "auto"'
            : undefined;
  if (fault !== undefined) throw new InputError("secure.parameters", `SwiftAgg+ cannot run: ${fault}.`);
}

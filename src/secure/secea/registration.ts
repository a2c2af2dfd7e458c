import type { Roster } from "../roster.ts";
import type { Shape } from "./shape.ts";

/**
 * What a client keeps from round to round, until someone takes part who does not have it: who has which place, which
 * entities have an owner, and the others' queries. Plain data; its queries are as secret as what they ask for.
 */
export interface Registration extends Roster {
  /** The transcript of how it came about: equal for all who were told the same. */
  readonly id: Uint8Array;
  readonly shape: Shape;
  /** Places of those who came to the end of it. */
  readonly members: readonly number[];
  /** The M entities that have an owner, ascending. */
  readonly union: Int32Array;
  /** Shares of the members' queries, by place: Q x M symbols each. */
  readonly queries: ReadonlyMap<number, Uint32Array>;
}

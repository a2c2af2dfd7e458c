import type { SimulationRandom } from "../../numeric/random.ts";
import type { Json } from "../../runtime/message.ts";
import type { Requirement } from "../rules/requirement.ts";

/** What is done to the updates of a round before a rule combines them. */
export interface BeforeStep {
  readonly kind: string;
  /** Whether row i still belongs to client i afterwards. */
  readonly keepsClients: boolean;
  /** What must hold of the updates for `inner` to hold of the rows that this makes of them. */
  requires(inner: Requirement): Requirement;
  /**
   * @param rows n vectors of equal length d; never changed
   * @param random for this step alone
   */
  apply(rows: readonly Float32Array[], random: SimulationRandom): Prepared;
}

export interface Prepared {
  /** Rows that were not changed may be the same arrays. */
  readonly rows: readonly Float32Array[];
  /** Figures of this round, for the log and the summary. */
  readonly figures?: Readonly<Record<string, Json>>;
}

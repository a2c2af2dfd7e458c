import type { Outcome, PartyEvent, RoundOutcome } from "../records/events.ts";
import type { PartyId } from "../runtime/party.ts";
import type { Combined } from "./protocol.ts";

/** What becomes of each client that was asked in an attempt at a round: exactly one outcome for each. */
export class RoundOutcomes {
  readonly cohort: ReadonlySet<PartyId>;
  readonly openedAt: number;
  readonly #outcomes = new Map<PartyId, { outcome: Outcome; reason?: string; excluded?: true }>();
  /** Seconds from the opening of the round to each client's last message in it. */
  readonly #answeredAfter = new Map<PartyId, number>();

  constructor(cohort: Iterable<PartyId> = [], openedAt = 0) {
    this.cohort = new Set(cohort);
    this.openedAt = openedAt;
  }

  /** Those who have said anything. */
  get answering(): Iterable<PartyId> {
    return this.#answeredAfter.keys();
  }

  answered(client: PartyId, now: number): void {
    this.#answeredAfter.set(client, now - this.openedAt);
  }

  left(client: PartyId): void {
    if (!this.#outcomes.has(client)) this.#outcomes.set(client, { outcome: "dropped", reason: "left" });
  }

  rejected(client: PartyId, reason: string): void {
    this.#outcomes.set(client, { outcome: "rejected", reason });
  }

  /** The round has its result: who is not in it and has no outcome yet is late. Gives each client's event. */
  settle(round: number, { contributors, excluded = [] }: Combined): PartyEvent[] {
    const contributed = new Set(contributors);
    const leftOut = new Set(excluded);
    return [...this.cohort].map((client) => {
      if (contributed.has(client)) {
        this.#outcomes.set(client, {
          outcome: "contributed",
          ...(leftOut.has(client) && { excluded: true, reason: "left out by the aggregator" }),
        });
      } else if (!this.#outcomes.has(client)) {
        this.#outcomes.set(client, { outcome: "late" });
      }
      const seconds = this.#answeredAfter.get(client);
      return {
        kind: "client-outcome",
        round,
        client,
        ...this.#outcomes.get(client)!,
        ...(seconds !== undefined && { seconds }),
      };
    });
  }

  /** How many clients were asked, and what became of them. */
  counts(): Pick<RoundOutcome, "selected" | "contributed" | "late" | "dropped" | "rejected"> {
    const count = (outcome: Outcome) =>
      [...this.#outcomes.values()].filter((o) => o.outcome === outcome).length;
    return {
      selected: this.cohort.size,
      contributed: count("contributed"),
      late: count("late"),
      dropped: count("dropped"),
      rejected: count("rejected"),
    };
  }
}

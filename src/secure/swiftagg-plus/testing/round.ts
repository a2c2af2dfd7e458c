/** Rounds of SwiftAgg+ for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { type Contributions, environment, expectExactSum } from "../../testing/contributions.ts";
import { type Driven, type Envelope, type Fate, type Halves, makeHalves } from "../../testing/drive.ts";
import type { SwiftAggPlusOptions } from "../options.ts";
import { swiftAggPlus } from "../swiftagg-plus.ts";

export function halvesFor(options: SwiftAggPlusOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(swiftAggPlus(options, environment()), clients);
}

/** As `expectExactSum`. */
export function expectExact(
  driven: Driven,
  contributions: Contributions,
  { sum }: SwiftAggPlusOptions,
  round = 1,
): readonly PartyId[] {
  const participants = driven.result?.figures?.participants as number;
  return expectExactSum(driven, contributions, { sum, participants, round });
}

/** Where a client can go: just before its first message of a kind, or in the midst of sharing. */
export const STAGES = ["key", "share", "within share", "shared", "received", "sum", "passed"] as const;
export type Stage = (typeof STAGES)[number];

export function goingAt(stages: ReadonlyMap<PartyId, Stage>, how: "leave" | "vanish"): (e: Envelope) => Fate {
  const shares = new Map<PartyId, number>();
  return ({ from, message: { kind } }) => {
    const stage = stages.get(from);
    if (stage === (kind === "partial" || kind === "final" ? "sum" : kind)) return how;
    if (kind !== "share") return "deliver";
    shares.set(from, 1 + (shares.get(from) ?? 0));
    return stage === "within share" && shares.get(from) === 2 ? how : "deliver";
  };
}

/** All ways in which up to `most` of the clients go. */
export function* goings(clients: readonly PartyId[], most: number): Generator<Map<PartyId, Stage>> {
  yield new Map();
  if (most === 0) return;
  for (const [i, client] of clients.entries()) {
    for (const stage of STAGES) {
      for (const others of goings(clients.slice(i + 1), most - 1))
        yield new Map([...others, [client, stage]]);
    }
  }
}

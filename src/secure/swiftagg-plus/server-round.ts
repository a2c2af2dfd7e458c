/** What the server of SwiftAgg+ knows of an attempt at a round. */
import type { Cohort } from "../../federated/protocol.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Roster } from "../roster.ts";
import { type Layout, lastGroup, membersOf, seatOf } from "./layout.ts";
import type { SwiftAggPlusOptions } from "./options.ts";

export interface Plan extends Roster {
  /** For so many as gave a key. */
  readonly options: SwiftAggPlusOptions;
  readonly digest: Uint8Array;
  readonly layout: Layout;
  /** Length L of a contribution, and of a share. */
  readonly symbols: number;
  readonly piece: number;
  readonly placeOf: ReadonlyMap<PartyId, number>;
}

export interface Agreement {
  /** Places of those whose contributions are summed. */
  readonly included: readonly number[];
  /** Sequences that have lost a member. */
  readonly dead: Set<number>;
  /** What is to come with the sums of the last group. */
  readonly hash: Uint8Array;
}

export interface Round {
  readonly cohort: Cohort;
  /** `keys`: who takes part. `share`: contributions. `report`: who holds what. `sum`: sums of shares. */
  phase: "keys" | "share" | "report" | "sum" | "over";
  readonly keys: Map<PartyId, Uint8Array>;
  /** Not waited for: they have left, or their training failed. What they still say counts. */
  readonly gone: Set<PartyId>;
  /** Gone, and not listened to either. */
  readonly refused: Set<PartyId>;
  plan?: Plan;
  /** Symbols that each participant says to have sent, by place. */
  readonly sent: Map<number, number>;
  /** Who had gone when the members were asked what they hold. */
  goneBefore: ReadonlySet<PartyId>;
  /** Places whose shares the members are to wait for. */
  readonly awaited: Set<number>;
  /** Time was up once for the members to say what they hold. */
  isLastCall: boolean;
  /** Whose shares each member holds, by place. */
  readonly reports: Map<number, ReadonlySet<number>>;
  agreement?: Agreement;
  /** Places of members whose sum is on its way, or there. */
  readonly passed: Set<number>;
  /** By sequence. */
  readonly finals: Map<number, Uint32Array>;
  /** Messages one after the other for which there has been time. */
  hops: number;
}

export function newRound(cohort: Cohort): Round {
  return {
    ...{ cohort, phase: "keys", isLastCall: false, hops: 1 },
    ...{ keys: new Map(), gone: new Set(), refused: new Set(), sent: new Map() },
    ...{
      goneBefore: new Set<PartyId>(),
      awaited: new Set(),
      reports: new Map(),
      passed: new Set(),
      finals: new Map(),
    },
  };
}

/** Places of all members of all groups. */
export function allMembers(layout: Layout): number[] {
  return Array.from({ length: layout.groups }, (_, group) => membersOf(layout, group)).flat();
}

/** Places of the members of sequences that live. */
export function livingMembers(layout: Layout, dead: ReadonlySet<number>): number[] {
  return allMembers(layout).filter((place) => !dead.has(seatOf(layout, place).member!));
}

/** Sequences whose sum will not come: those that had lost a member at the agreement, or have lost one since. */
export function brokenSequences(
  { layout, placeOf }: Plan,
  { dead }: Agreement,
  round: Round,
): ReadonlySet<number> {
  const broken = new Set(dead);
  for (const client of round.gone) {
    const place = placeOf.get(client);
    if (place === undefined || round.passed.has(place)) continue;
    const { member } = seatOf(layout, place);
    if (member !== undefined) broken.add(member);
  }
  return broken;
}

/** Members of the last group who are still to send their sum. */
export function unfinished({ layout }: Plan, { finals }: Round, broken: ReadonlySet<number>): number[] {
  return membersOf(layout, lastGroup(layout)).filter((_, j) => !broken.has(j) && !finals.has(j));
}

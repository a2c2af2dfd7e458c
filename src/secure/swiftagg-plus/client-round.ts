/** What a client of SwiftAgg+ knows of an attempt at a round, as plain data, and what follows from it. */
import type { ClientContribution } from "../../federated/protocol.ts";
import { addInto } from "../../numeric/field31.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { equalBytes } from "../equal-bytes.ts";
import type { Roster } from "../roster.ts";
import { chainHashes, inclusionHash } from "./inclusion.ts";
import { type Layout, previousOf, seatOf, sendersOf } from "./layout.ts";
import { isHash, type Partial } from "./messages.ts";
import type { SwiftAggPlusOptions } from "./options.ts";

export interface Plan extends Roster {
  /** For so many as gave a key. */
  readonly options: SwiftAggPlusOptions;
  /** Of the roster, in this attempt. */
  readonly digest: Uint8Array;
  readonly layout: Layout;
  /** Length of a share. */
  readonly piece: number;
  /** This client's. */
  readonly place: number;
  readonly group: number;
  /** Which of the group's members this client is; undefined for a guest. */
  readonly member: number | undefined;
}

export interface Round {
  readonly round: number;
  readonly attempt: number;
  /** Length L of a contribution. */
  readonly symbols: number;
  /** Nothing more is said. */
  isSilent: boolean;
  plan?: Plan;
  /** Messages that overtook the plan, by kind and sender. */
  readonly early: Map<string, { readonly from: PartyId; readonly message: Message }>;
  /** From the end of training until it is shared. */
  contribution?: ClientContribution;
  /** Held, by place of the sender, the own one included. */
  readonly shares: Map<number, Uint32Array>;
  /** Senders whose share was none; they are not waited for. */
  readonly spoilt: Set<number>;
  /** Senders to wait for before saying what is held. */
  awaited?: readonly number[];
  hasReported: boolean;
  /** The one set that is summed, with the hashes of what is summed up to each group. */
  included?: {
    readonly places: readonly number[];
    readonly hash: Uint8Array;
    readonly chain: readonly Uint8Array[];
  };
  /** Sums from the groups before, by group. */
  readonly partials: Map<number, Partial>;
  hasPassed: boolean;
}

export function newRound(round: number, attempt: number, symbols: number): Round {
  return {
    ...{ round, attempt, symbols, isSilent: false, hasReported: false, hasPassed: false },
    ...{ early: new Map(), shares: new Map(), spoilt: new Set(), partials: new Map() },
  };
}

/** Shares the vectors, which never change, and nothing else. */
export function copyRound(round: Round): Round {
  return {
    ...round,
    early: new Map(round.early),
    shares: new Map(round.shares),
    spoilt: new Set(round.spoilt),
    partials: new Map(round.partials),
  };
}

/** Whose shares are held, as the server is told it once they are all there; undefined before. */
export function heldBitmap(
  { awaited, shares, spoilt }: Round,
  { layout, group }: Plan,
): Uint8Array | undefined {
  if (awaited === undefined) return undefined;
  const senders = sendersOf(layout, group);
  const awaitedHere = new Set(awaited);
  const isMissing = (place: number) => awaitedHere.has(place) && !shares.has(place) && !spoilt.has(place);
  if (senders.some(isMissing)) return undefined;
  return toBitmap(
    senders.flatMap((place, i) => (shares.has(place) ? [i] : [])),
    senders.length,
  );
}

/** The server's word on who is summed, if this client may go along with it. */
export function readInclusion(message: Message, { shares }: Round, plan: Plan): Round["included"] {
  const { digest, layout, group } = plan;
  const { included, hash } = message.tensors ?? {};
  const places = fromBitmap(included, layout.participants);
  if (places === undefined || places.length < layout.fewest || !isHash(hash)) return undefined;
  if (!equalBytes(hash, inclusionHash(digest, places, layout))) return undefined;
  const isIncluded = new Set(places);
  const holdsAll = sendersOf(layout, group).every((place) => !isIncluded.has(place) || shares.has(place));
  return holdsAll ? { places, hash, chain: chainHashes(digest, places, layout) } : undefined;
}

/**
 * The sum of this client's sequence up to its group, once all that it consists of is there; undefined before.
 *
 * @returns `inconsistent` when a group before has summed another set
 */
export function partialSum(round: Round, plan: Plan): Partial | "inconsistent" | undefined {
  const { included, shares, partials } = round;
  const { layout, group, piece } = plan;
  if (included === undefined) return undefined;
  const before = previousOf(layout, group).map((previous) => partials.get(previous));
  if (!before.every((partial) => partial !== undefined)) return undefined;
  const hashes = previousOf(layout, group).map((previous) => included.chain[previous]);
  if (!before.every(({ hash }, i) => equalBytes(hash, hashes[i]))) return "inconsistent";
  const sum = new Uint32Array(piece);
  for (const partial of before) addInto(sum, partial.sum);
  for (const place of included.places) {
    if (seatOf(layout, place).group === group) addInto(sum, shares.get(place)!);
  }
  return { hash: included.chain[group], sum };
}

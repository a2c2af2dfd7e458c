/**
 * Who talks to whom in a round of SwiftAgg+. Participants are named by their place in the round's public random order.
 * The first places, G at a time, are the groups; member j of every group owns the same point of the code, and the
 * members j of all groups form sequence j, along which sums travel. The places left over are guests of the groups in
 * turn: they share what they contribute with their host group like a member, but hold nothing and are in no sequence.
 *
 * Groups of K + T + D are the only size that fits the number of connections that the paper states; guests and the
 * tree are ours.
 */
import { InputError } from "../../errors.ts";
import { type SumSettings, scaleOf, sumSettings } from "../contribution.ts";
import type { SwiftAggPlusOptions } from "./options.ts";

export interface Layout {
  /** N. */
  readonly participants: number;
  /** K. */
  readonly parts: number;
  /** K + T: so many sequences give the sum. */
  readonly needed: number;
  /** G = K + T + D, which is also the number of sequences. */
  readonly groupSize: number;
  readonly groups: number;
  readonly topology: "chain" | "tree";
  /** The fewest contributions that may be summed: all but D, and two beside those of T colluders. */
  readonly fewest: number;
}

/**
 * What the options are for those of the clients asked who gave a key. Who gave none is one of the D: where so few are left
 * that D more could not go, as many may as can. No sum becomes smaller by that than two beside those of T colluders.
 */
export function optionsFor(participants: number, options: SwiftAggPlusOptions): SwiftAggPlusOptions {
  const { colluders, dropouts, parts } = options;
  const room = participants - colluders - (parts === "auto" ? 1 : parts);
  return { ...options, dropouts: Math.max(0, Math.min(dropouts, room)) };
}

/** @throws InputError `secure.parameters` or `secure.precision` when so many participants cannot run with these options */
export function planLayout(participants: number, options: SwiftAggPlusOptions): Layout {
  const { colluders, dropouts } = options;
  const given = `${participants} clients, ${colluders} colluders and ${dropouts} dropouts`;
  const most = participants - colluders - dropouts;
  if (most < 1) {
    throw impossible(`with ${given}, nobody is left to rely on`, "lower colluders or dropouts");
  }
  if (participants < colluders + 2) {
    throw impossible(`with ${given}, the colluders would know all but one`, "lower colluders");
  }
  if (options.parts !== "auto" && options.parts > most) {
    const size = options.parts + colluders + dropouts;
    throw impossible(`with ${given}, ${options.parts} parts need groups of ${size}`, "lower parts");
  }
  scaleOf(settingsFor(participants, options));
  if (options.parts !== "auto") return layoutOf(participants, options.parts, options);
  const { connections = participants } = options;
  for (let parts = most; parts >= 1; parts--) {
    const layout = layoutOf(participants, parts, options);
    if (mostLinks(layout) <= connections) return layout;
  }
  throw impossible(`with ${given}, ${connections} connections a client are too few`, "allow more");
}

function layoutOf(participants: number, parts: number, options: SwiftAggPlusOptions): Layout {
  const { colluders, dropouts, topology = "chain" } = options;
  const groupSize = parts + colluders + dropouts;
  return {
    ...{ participants, parts, needed: parts + colluders, groupSize, topology },
    groups: Math.floor(participants / groupSize),
    fewest: fewestIncluded(participants, options),
  };
}

function fewestIncluded(participants: number, { colluders, dropouts }: SwiftAggPlusOptions): number {
  return Math.max(participants - dropouts, colluders + 2);
}

/** How the contributions of so many participants are summed. What T colluders add is no noise to them. */
export function settingsFor(participants: number, options: SwiftAggPlusOptions): SumSettings {
  const honest = fewestIncluded(participants, options) - options.colluders;
  return sumSettings(options.sum, participants, honest);
}

function impossible(what: string, remedy: string): InputError {
  return new InputError(
    "secure.parameters",
    `SwiftAgg+ cannot run: ${what}; ask more clients, or ${remedy}.`,
  );
}

/** No client is linked to more others than these: its group, guests of the group, neighbours in its sequence. */
function mostLinks({ participants, groupSize, groups, topology }: Layout): number {
  const guests = participants - groups * groupSize;
  const neighbours = Math.min(groups - 1, topology === "tree" ? 3 : 2);
  const ofMember = groupSize - 1 + Math.ceil(guests / groups) + neighbours;
  return guests > 0 ? Math.max(ofMember, groupSize) : ofMember;
}

/** The group of a participant, and which of its members it is; no member: the group's guest. */
export function seatOf(
  { groupSize, groups }: Layout,
  place: number,
): { readonly group: number; readonly member?: number } {
  const guest = place - groups * groupSize;
  if (guest >= 0) return { group: guest % groups };
  return { group: Math.floor(place / groupSize), member: place % groupSize };
}

/** Places of a group's members, by their points. */
export function membersOf({ groupSize }: Layout, group: number): number[] {
  return Array.from({ length: groupSize }, (_, member) => group * groupSize + member);
}

/** Places of all whose contributions a group sums: its members, then its guests. */
export function sendersOf(layout: Layout, group: number): number[] {
  const { participants, groups, groupSize } = layout;
  const senders = membersOf(layout, group);
  for (let place = groups * groupSize + group; place < participants; place += groups) senders.push(place);
  return senders;
}

/** The group that a group's sums go to; undefined: to the server. */
export function nextOf({ topology, groups }: Layout, group: number): number | undefined {
  if (topology === "tree") return group === 0 ? undefined : (group - 1) >> 1;
  return group === groups - 1 ? undefined : group + 1;
}

/** The groups whose sums a group adds to its own. */
export function previousOf({ topology, groups }: Layout, group: number): number[] {
  if (topology === "tree") return [2 * group + 1, 2 * group + 2].filter((child) => child < groups);
  return group === 0 ? [] : [group - 1];
}

/** All groups, each behind those whose sums it adds to its own. */
export function groupsInOrder({ topology, groups }: Layout): number[] {
  return Array.from({ length: groups }, (_, i) => (topology === "tree" ? groups - 1 - i : i));
}

/** The group whose sums go to the server. */
export function lastGroup({ topology, groups }: Layout): number {
  return topology === "tree" ? 0 : groups - 1;
}

/** Messages one after the other from the first sum to the server. */
export function hopsOf({ topology, groups }: Layout): number {
  return topology === "tree" ? Math.floor(Math.log2(groups)) + 1 : groups;
}

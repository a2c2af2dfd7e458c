/**
 * Whose contributions are summed. A share that has not reached a member would be missing in that member's sequence
 * alone, and sums of different sets decode to garbage; so members say what they hold, and everyone sums the same. The
 * paper's way of doing it is not known to us; this is ours.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { toBitmap } from "../bitmap.ts";
import { asBytes } from "../sealed-channels.ts";
import { groupsInOrder, type Layout, membersOf, previousOf, sendersOf } from "./layout.ts";

/**
 * @param reports by place of a member, the places whose shares it holds; those who are not in it have fallen silent
 * @returns places included, in ascending order: whom every member that reported holds a share of; and the sequences that
 *   have lost a member
 */
export function agree(
  layout: Layout,
  reports: ReadonlyMap<number, ReadonlySet<number>>,
): { readonly included: number[]; readonly dead: Set<number> } {
  const included: number[] = [];
  const dead = new Set<number>();
  for (let group = 0; group < layout.groups; group++) {
    const held = membersOf(layout, group).map((place) => reports.get(place));
    for (const [member, report] of held.entries()) if (report === undefined) dead.add(member);
    const holds = held.filter((report) => report !== undefined);
    included.push(...sendersOf(layout, group).filter((place) => holds.every((report) => report.has(place))));
  }
  return { included: included.sort((a, b) => a - b), dead };
}

/** What stands for a set of places in a round; `digest` is the roster's. */
export function inclusionHash(digest: Uint8Array, included: readonly number[], layout: Layout): Uint8Array {
  return sha256(Uint8Array.from([...digest, ...toBitmap(included, layout.participants)]));
}

/**
 * By group, what stands for all that is summed up to it: a hash of the group's included senders and of the hashes of
 * the groups before it. It travels with the sums, so that sums of different sets are never added.
 */
export function chainHashes(digest: Uint8Array, included: readonly number[], layout: Layout): Uint8Array[] {
  const isIncluded = new Set(included);
  const hashes: Uint8Array[] = [];
  for (const group of groupsInOrder(layout)) {
    const before = previousOf(layout, group).flatMap((previous) => [...hashes[previous]]);
    const senders = sendersOf(layout, group);
    const bits = toBitmap(
      senders.flatMap((place, i) => (isIncluded.has(place) ? [i] : [])),
      senders.length,
    );
    hashes[group] = sha256(
      Uint8Array.from([...digest, ...asBytes(Uint32Array.of(group)), ...before, ...bits]),
    );
  }
  return hashes;
}

import { sha256 } from "@noble/hashes/sha2.js";
import { encodeRoster, type Roster } from "../roster.ts";
import { KIND } from "./messages.ts";
import type { SecEaSettings } from "./settings.ts";
import type { Shape } from "./shape.ts";

const HASH = 32;
const encoder = new TextEncoder();

/**
 * A hash of all that has been agreed on up to now. What clients seal is bound to it, so that those who were told
 * different things cannot open each other's messages, and nothing is computed from shares of different sums.
 */
export function transcriptOf(...agreed: readonly Uint8Array[]): Uint8Array {
  const hashes = new Uint8Array(HASH * agreed.length);
  for (const [i, bytes] of agreed.entries()) hashes.set(sha256(bytes), HASH * i);
  return sha256(hashes);
}

/** With which a registration begins; clients that were given other options find out by it. */
export function firstTranscript(
  roster: Roster,
  shape: Shape,
  { bound, queries, table }: SecEaSettings,
  { round, attempt }: { readonly round: number; readonly attempt: number },
): Uint8Array {
  const { names, keys } = encodeRoster(roster);
  const sizes = [table.entities, table.width, bound, queries ?? null];
  return transcriptOf(encoder.encode(JSON.stringify([KIND, round, attempt, shape, sizes])), names, keys);
}

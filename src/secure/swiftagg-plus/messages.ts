/**
 * The messages of SwiftAgg+, in the order of a round. Participants are named by their place in the plan's order, sets of
 * them by bitmaps. What is sealed opens for its receiver only, in its round, attempt and purpose only.
 *
 * | kind | from, to | carries |
 * |---|---|---|
 * | `key` | client, server | tensor `key`: X25519 public key |
 * | `plan` | server, participants | tensors `names`, `keys`: the roster, from which all else follows |
 * | `share` | participant, each other member of its group | tensor `sealed`: ceil(L / K) field elements |
 * | `shared` | participant, server | its shares are on their way, and how many symbols they have |
 * | `report` | server, members | tensor `awaited`: say what you hold, as soon as you hold shares of these |
 * | `received` | member, server | tensor `held`: of its group's senders, whose shares it holds; final |
 * | `include` | server, members of living sequences | tensors `included`, `hash`: whose contributions are summed; once |
 * | `partial` | member, same member of the next group | tensor `sealed`: hash of what is summed, then the sum |
 * | `passed` | member, server | its partial is on its way |
 * | `final` | member of the last group, server | tensors `hash`, `sum` |
 * | `stop` | server, rest of the last group | enough sums have come |
 * | `refuse` | participant, server | something was not as it must be, and the participant falls silent |
 */
import { z } from "zod";
import type { PartyId } from "../../runtime/party.ts";
import { asBytes, asField } from "../sealed-channels.ts";

export const KIND = "swiftagg-plus";
export const HASH_BYTES = 32;

export const sharedBody = z.object({
  symbols: z
    .number()
    .int()
    .min(0)
    .max(2 ** 40),
});

/** Why a participant falls silent. */
export const REFUSALS = {
  plan: "the plan is malformed, leaves its key out, or breaks the run's options",
  inclusion: "the set of those to be included is malformed, too small, or names shares that it does not hold",
  partial: "the sum that it was to add to its own is malformed, or of another set",
  update: "its update is not finite",
} as const;

export type Refusal = keyof typeof REFUSALS;

export const refuseBody = z.object({ reason: z.enum(["plan", "inclusion", "partial", "update"]) });

export type SealedKind = "share" | "partial";

/** What binds a sealed message to its place in the run. */
export function contextOf(
  { round, attempt }: { readonly round: number; readonly attempt: number },
  kind: SealedKind,
  from: PartyId,
  to: PartyId,
): string {
  return JSON.stringify([KIND, round, attempt, from, to, kind]);
}

export function isHash(tensor: unknown): tensor is Uint8Array {
  return tensor instanceof Uint8Array && tensor.length === HASH_BYTES;
}

/** A sum of shares on its way to the next group, with the hash of what is in it. */
export interface Partial {
  readonly hash: Uint8Array;
  readonly sum: Uint32Array;
}

export function encodePartial({ hash, sum }: Partial): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES + sum.byteLength);
  bytes.set(hash);
  bytes.set(asBytes(sum), HASH_BYTES);
  return bytes;
}

/** Undefined unless the sum is `length` field elements. */
export function decodePartial(bytes: Uint8Array, length: number): Partial | undefined {
  if (bytes.length !== HASH_BYTES + 4 * length) return undefined;
  const sum = asField(bytes.subarray(HASH_BYTES));
  return sum && { hash: bytes.slice(0, HASH_BYTES), sum };
}

/**
 * The messages of SecAgg+ and SecAgg, in the order of a round. All go between a client and the server, who passes sealed
 * shares on. Clients are named by their places on the ring; what concerns a client's k neighbours is laid out in their
 * order (`ring.ts`), with an entry for each, be it there or not.
 *
 * | kind | from, to | carries |
 * |---|---|---|
 * | `key` | client, server | tensor `keys`: X25519 public keys of its channel and of its masks, 64 bytes |
 * | `plan` | server, client | n and the client's place; tensor `keys`: those of its neighbours |
 * | `shares` | client, server | tensor `sealed`: for each neighbour shares of mask key and self-mask seed, encrypted for it |
 * | `held` | server, client | tensors `present`: which neighbours have shared, by 0 or 1; `sealed`: what they have |
 * | `upload` | client, server | tensor `masked`: contribution and masks |
 * | `unmask` | server, client | tensor `uploaded`: which of the neighbours present have uploaded, by 0 or 1; once |
 * | `reveal` | client, server | tensors `opened`: of which neighbours it has shares, by 0 or 1; `shares`: one of each of them |
 */
import { z } from "zod";
import { MOST_CLIENTS } from "./plan.ts";
import { SHARE_LENGTH } from "./secret-shares.ts";

const KEY = 32;

/** Bytes of the keys of a client. */
export const KEYS = 2 * KEY;

/** Bytes that a client seals for a neighbour: a share of its mask key, then one of its seed. */
export const BOX = 4 * 2 * SHARE_LENGTH;

/** Bytes of them when they are sealed. */
export const SEALED_BOX = BOX + 28;

export const planBody = z.object({
  clients: z.number().int().min(2).max(MOST_CLIENTS),
  place: z.number().int().min(0),
});

/** What a client seals to, and with what it agrees on masks. */
export interface PublicKeys {
  readonly channel: Uint8Array;
  readonly mask: Uint8Array;
}

export function splitKeys(keys: Uint8Array): PublicKeys {
  return { channel: keys.subarray(0, KEY), mask: keys.subarray(KEY, KEYS) };
}

/** Which shares a sealed box holds, for whoever seals and opens it. */
export function boxContext(kind: string, round: number, attempt: number, from: number, to: number): string {
  return `${kind}/${round}/${attempt}/shares/${from}/${to}`;
}

/** The part of a tensor that belongs to the neighbour at this index. */
export function partOf<T extends Uint8Array | Uint32Array>(tensor: T, index: number, length: number): T {
  return tensor.subarray(index * length, (index + 1) * length) as T;
}

/** Parts of equal length as one tensor; `null` leaves zeros. */
export function joinParts(parts: readonly (Uint8Array | null)[], length: number): Uint8Array {
  const joined = new Uint8Array(parts.length * length);
  for (const [i, part] of parts.entries()) if (part) joined.set(part, i * length);
  return joined;
}

export function isBytes(tensor: unknown, length: number): tensor is Uint8Array {
  return tensor instanceof Uint8Array && tensor.length === length;
}

export function areFlags(tensor: unknown, length: number): tensor is Uint8Array {
  return isBytes(tensor, length) && tensor.every((flag) => flag <= 1);
}

/**
 * The masks: each client adds one of its own, and with each neighbour one that cancels in the sum. Both are expanded from
 * seeds of 256 bits, all of which count, by ChaCha20 (`field31-masks.ts`). So what hides an update is computational, not
 * information-theoretic.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type KeyAgreement, portableKeyAgreement } from "../key-agreement.ts";

const INFO = new TextEncoder().encode("coterie secagg pairwise mask 1");
const SEED_BYTES = 32;

/** Made for one attempt alone: the secret half is told to the server when its client does not come back. */
export interface MaskKey {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** @param secretKey 32 bytes */
export function maskKey(secretKey: Uint8Array, agreement: KeyAgreement = portableKeyAgreement): MaskKey {
  return { secretKey, publicKey: agreement.publicKey(secretKey) };
}

/**
 * The seed of the mask between two clients: the same from either side.
 *
 * @param own mask key of one of them
 * @param peer public mask key of the other, of which `isPublicKey` holds
 */
export function pairSeed(
  own: MaskKey,
  peer: Uint8Array,
  agreement: KeyAgreement = portableKeyAgreement,
): Uint8Array {
  const [first, second] = isBefore(own.publicKey, peer) ? [own.publicKey, peer] : [peer, own.publicKey];
  const info = new Uint8Array([...INFO, ...first, ...second]);
  return hkdf(sha256, agreement.sharedSecret(own.secretKey, peer)!, undefined, info, SEED_BYTES);
}

/** With which sign a client adds the mask that it shares with a neighbour, by their places: opposite ones for the two. */
export function pairSign(place: number, neighbour: number): 1 | -1 {
  return place < neighbour ? 1 : -1;
}

function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const differing = a.findIndex((byte, i) => byte !== b[i]);
  return differing >= 0 && a[differing] < b[differing];
}

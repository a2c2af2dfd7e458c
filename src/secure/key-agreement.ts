import { x25519 } from "@noble/curves/ed25519.js";

/** X25519 (RFC 7748), by whatever computes it fastest where the party runs; all give the same bytes. */
export interface KeyAgreement {
  /** @param secretKey 32 random bytes */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** @returns 32 bytes, the same from either side; undefined when `peer` is no public key */
  sharedSecret(secretKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined;
}

/** In JavaScript, everywhere: about a millisecond a secret. */
export const portableKeyAgreement: KeyAgreement = {
  publicKey: (secretKey) => x25519.getPublicKey(secretKey),
  sharedSecret: (secretKey, peer) =>
    isPublicKey(peer) ? x25519.getSharedSecret(secretKey, peer) : undefined,
};

const KEY_BYTES = 32;

/** The prime of Curve25519. */
const P25519 = 2n ** 255n - 19n;

/** The coordinates u of its points of small order, and of those of its twist (Bernstein, "Validate public keys?"). */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  ...[0n, 1n, P25519 - 1n],
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/** Whether secrets can be agreed on with it: 32 bytes, and none of the few points with which every secret is the same. */
export function isPublicKey(key: unknown): key is Uint8Array {
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES) return false;
  const hex = Array.from(key.toReversed(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  // The highest bit does not count (RFC 7748, section 5).
  return !SMALL_ORDER.has((BigInt(`0x${hex}`) % 2n ** 255n) % P25519);
}

import { multiply, P31 } from "../../numeric/field31.ts";
import { portableKeystream } from "../../numeric/keystream.ts";
import { NONCE, TAG } from "../ciphers.ts";
import type { Cryptography } from "../cryptography.ts";

/**
 * Hides nothing, for tests of thousands of rounds, whose time would go into ciphers. In place of the curve a product in
 * a small field, which no more than commutes. What is sealed is as long as it should be, and opens by its key, in its
 * context, only.
 */
export const quickCryptography: Cryptography = {
  publicKey: (secretKey) => keyOf(multiply(numberOf(secretKey), GENERATOR)),
  sharedSecret: (secretKey, peer) => keyOf(multiply(numberOf(secretKey), numberOf(peer))),
  seal(key, _, context, plain) {
    const sealed = new Uint8Array(NONCE + plain.length + TAG);
    new DataView(sealed.buffer).setUint32(0, hashOf(key, context));
    sealed.set(plain, NONCE);
    return sealed;
  },
  open(key, context, sealed) {
    const hash = new DataView(sealed.buffer, sealed.byteOffset).getUint32(0);
    return hash === hashOf(key, context) ? new Uint8Array(sealed.subarray(NONCE, -TAG)) : undefined;
  },
  keystream: portableKeystream,
};

const GENERATOR = 7;

function numberOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0) % P31;
}

function keyOf(value: number): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, value);
  return key;
}

/** FNV-1a. */
function hashOf(...texts: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5;
  for (const text of texts) for (const byte of text) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

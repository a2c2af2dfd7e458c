import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Keystream, portableKeystream } from "../numeric/keystream.ts";

export const NONCE = 12;
export const TAG = 16;

/** ChaCha20 (RFC 8439), by whatever computes it fastest where the party runs; all give the same bytes. Keys are of 32 bytes. */
export interface Ciphers {
  /**
   * ChaCha20-Poly1305.
   *
   * @param nonce 12 bytes, never twice with the same key
   * @param context not in what comes out, and needed to open it
   * @returns nonce, ciphertext, tag, in memory of their own
   */
  seal(key: Uint8Array, nonce: Uint8Array, context: Uint8Array, plain: Uint8Array): Uint8Array<ArrayBuffer>;
  /**
   * @param sealed at least as long as nonce and tag
   * @returns in memory of its own; undefined unless it was sealed by this key in this context
   */
  open(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer> | undefined;
  /** {@link portableKeystream}. */
  keystream(key: Uint8Array): Keystream;
}

/** In JavaScript, everywhere. */
export const portableCiphers: Ciphers = {
  seal(key, nonce, context, plain) {
    const sealed = new Uint8Array(NONCE + plain.length + TAG);
    sealed.set(nonce);
    chacha20poly1305(key, nonce, context).encrypt(plain, sealed.subarray(NONCE));
    return sealed;
  },
  open(key, context, sealed) {
    const cipher = chacha20poly1305(key, sealed.subarray(0, NONCE), context);
    const plain = new Uint8Array(sealed.length - NONCE - TAG);
    try {
      cipher.decrypt(sealed.subarray(NONCE), plain);
      return plain;
    } catch {
      return undefined;
    }
  },
  keystream: portableKeystream,
};

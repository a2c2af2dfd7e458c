import { chacha20 } from "@noble/ciphers/chacha.js";

/**
 * Overwrites at most {@link MOST_BYTES} bytes with the next ones of an endless stream; the same stream however it is cut
 * up.
 */
export type Keystream = (target: Uint8Array<ArrayBuffer>) => void;

/** Also what the platform gives at a time (Web Cryptography, `getRandomValues`). */
export const MOST_BYTES = 65536;

/** Bytes of a block of ChaCha20. */
const BLOCK = 64;

/**
 * The keystream of ChaCha20 (RFC 8439; nonce and first counter 0), in JavaScript. Its end, after 256 GiB, is an error.
 *
 * @param key 32 secret bytes, used for nothing else
 */
export function portableKeystream(key: Uint8Array): Keystream {
  const own = key.slice();
  const nonce = new Uint8Array(12);
  let position = 0;
  return (target) => {
    const skipped = position % BLOCK;
    const stream = new Uint8Array(skipped + target.length);
    chacha20(own, nonce, stream, stream, (position - skipped) / BLOCK);
    target.set(stream.subarray(skipped));
    position += target.length;
  };
}

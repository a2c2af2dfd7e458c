import { chacha20 } from "@noble/ciphers/chacha.js";
import { P31 } from "./field31-reduce.ts";

/** What the platform gives at a time (Web Cryptography, `getRandomValues`). */
const MOST_BYTES = 65536;

/** Bytes of a block of ChaCha20. */
const BLOCK = 64;

/**
 * Randomness for secrets: keys, nonces, masks, the noise of codes. On purpose no relative of `SimulationRandom`: neither
 * type is accepted where the other is wanted.
 *
 * Claims of information-theoretic privacy hold for what `platform` draws as far as the platform's generator is truly
 * random; what is drawn from a seed is indistinguishable from it only computationally.
 */
export class SecureRandom {
  /** Fills at most MOST_BYTES bytes. */
  readonly #fill: (target: Uint8Array<ArrayBuffer>) => void;

  private constructor(fill: (target: Uint8Array<ArrayBuffer>) => void) {
    this.#fill = fill;
  }

  /** The platform's cryptographic generator. */
  static platform(): SecureRandom {
    return new SecureRandom((target) => crypto.getRandomValues(target));
  }

  /**
   * The keystream of ChaCha20 (RFC 8439; nonce and first counter 0), cut up among the draws: to expand a seed that two
   * parties share, and for tests. Its end, after 256 GiB, is an error.
   *
   * @param seed 32 secret bytes, used for nothing else
   */
  static fromSeed(seed: Uint8Array): SecureRandom {
    const key = seed.slice();
    const nonce = new Uint8Array(12);
    let position = 0;
    return new SecureRandom((target) => {
      const skipped = position % BLOCK;
      const stream = new Uint8Array(skipped + target.length);
      chacha20(key, nonce, stream, stream, (position - skipped) / BLOCK);
      target.set(stream.subarray(skipped));
      position += target.length;
    });
  }

  /** n random bytes. */
  bytes(n: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(n);
    for (let from = 0; from < n; from += MOST_BYTES) this.#fill(bytes.subarray(from, from + MOST_BYTES));
    return bytes;
  }

  /** n uniform elements of the field of 2^31 - 1: words, of which 31 bits count, drawn anew where they make p. */
  field31(n: number): Uint32Array<ArrayBuffer> {
    const elements = new Uint32Array(this.bytes(4 * n).buffer);
    for (let i = 0; i < n; i++) {
      elements[i] &= P31;
      while (elements[i] === P31) elements[i] = new Uint32Array(this.bytes(4).buffer)[0] & P31;
    }
    return elements;
  }
}

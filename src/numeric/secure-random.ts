import { P31 } from "./field31-reduce.ts";
import { type Keystream, MOST_BYTES, portableKeystream } from "./keystream.ts";

/**
 * Randomness for secrets: keys, nonces, masks, the noise of codes. On purpose no relative of `SimulationRandom`: neither
 * type is accepted where the other is wanted.
 *
 * Claims of information-theoretic privacy hold for what `platform` draws as far as the platform's generator is truly
 * random; what is drawn from a seed is indistinguishable from it only computationally.
 */
export class SecureRandom {
  readonly #fill: Keystream;

  private constructor(fill: Keystream) {
    this.#fill = fill;
  }

  /** The platform's cryptographic generator. */
  static platform(): SecureRandom {
    return new SecureRandom((target) => crypto.getRandomValues(target));
  }

  /**
   * The keystream of ChaCha20 (`keystream.ts`), cut up among the draws: for tests, and to say what a mask is
   * (`field31-masks.ts`).
   *
   * @param seed 32 secret bytes, used for nothing else
   */
  static fromSeed(seed: Uint8Array): SecureRandom {
    return new SecureRandom(portableKeystream(seed));
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
      let element = elements[i] & P31;
      while (element === P31) element = new Uint32Array(this.bytes(4).buffer)[0] & P31;
      elements[i] = element;
    }
    return elements;
  }
}

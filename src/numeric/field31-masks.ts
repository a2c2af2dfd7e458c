/**
 * Masks of vectors over the field of 2^31 - 1, expanded from seeds and added piece by piece, so that a mask is never
 * held as a whole.
 */
import { P31 } from "./field31-reduce.ts";
import { maskKernel } from "./kernels/mask-kernel.ts";
import { reserve } from "./kernels/panel.ts";
import { type Keystream, MOST_BYTES, portableKeystream } from "./keystream.ts";

export interface Mask {
  /** 32 secret bytes, used for nothing else. */
  readonly seed: Uint8Array;
  /** Added, or taken off again. */
  readonly sign: 1 | -1;
}

/** Elements of the vector that are worked on at a time, in the nearer caches. */
const PIECE = MOST_BYTES / 4;

/** Keystreams that are open at a time. */
const TOGETHER = 64;

/**
 * Adds to a vector, for each mask, sign times what `SecureRandom.fromSeed(seed).field31` draws in its length.
 *
 * @param keystream that of ChaCha20 for a seed, as fast as it can be had
 */
export function applyMasks(
  vector: Uint32Array,
  masks: readonly Mask[],
  keystream: (seed: Uint8Array) => Keystream = portableKeystream,
): void {
  for (let from = 0; from < masks.length; from += TOGETHER) {
    const some = masks.slice(from, from + TOGETHER);
    applyTogether(
      vector,
      some.map(({ seed, sign }) => ({ sign, fill: keystream(seed), skipped: [] })),
    );
  }
}

interface OpenMask {
  readonly sign: 1 | -1;
  readonly fill: Keystream;
  /** Places at which the stream made p, which is no element and stands for 0 as long as nothing else is drawn. */
  readonly skipped: number[];
}

function applyTogether(vector: Uint32Array, masks: readonly OpenMask[]): void {
  const kernel = maskKernel();
  reserve(kernel.memory, 2 * MOST_BYTES);
  const piece = new Uint32Array(kernel.memory.buffer, 0, PIECE);
  const words = new Uint32Array(kernel.memory.buffer, MOST_BYTES, PIECE);
  const bytes = new Uint8Array(kernel.memory.buffer, MOST_BYTES, MOST_BYTES);
  for (let from = 0; from < vector.length; from += PIECE) {
    const part = vector.subarray(from, from + PIECE);
    piece.set(part);
    for (const { sign, fill, skipped } of masks) {
      fill(bytes.subarray(0, 4 * part.length));
      // -w is w with its 31 bits flipped.
      const flip = sign === 1 ? 0 : P31;
      if (kernel.add(0, MOST_BYTES, part.length, flip)) {
        for (let i = 0; i < part.length; i++) if ((words[i] & P31) === P31) skipped.push(from + i);
      }
    }
    part.set(piece.subarray(0, part.length));
  }
  for (const { sign, fill, skipped } of masks) {
    for (const i of skipped) vector[i] = (vector[i] + P31 + sign * nextElement(fill)) % P31;
  }
}

function nextElement(fill: Keystream): number {
  const word = new Uint32Array(1);
  do fill(new Uint8Array(word.buffer));
  while ((word[0] & P31) === P31);
  return word[0] & P31;
}

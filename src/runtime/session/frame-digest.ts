/**
 * The digest that a message is signed by: SHA-256 of the frame where it has one block of 1 MiB at most, otherwise of
 * its blocks' digests one after another (signatures also cover the length, which tells the two apart). Blocks are
 * hashed while they come in, however they were cut for the transport, so a frame of any size needs no second pass.
 */
export const BLOCK_BYTES = 2 ** 20;

const HASH_BYTES = 32;

/** 32 bytes. Frames are immutable, so one that is sent to many is hashed once. */
export function frameDigest(frame: Uint8Array): Promise<Uint8Array> {
  let digest = cache.get(frame);
  if (digest === undefined) {
    const digests = new FrameDigest(frame);
    digests.advance(frame.length);
    digest = digests.finish();
    cache.set(frame, digest);
  }
  return digest;
}

const cache = new WeakMap<Uint8Array, Promise<Uint8Array>>();

/** The digest of a frame that is still coming in. */
export class FrameDigest {
  readonly #frame: Uint8Array;
  readonly #blocks: Promise<Uint8Array>[] = [];

  /** @param frame the whole frame's memory, filled from the front */
  constructor(frame: Uint8Array) {
    this.#frame = frame;
  }

  /** The first `filled` bytes are there. */
  advance(filled: number): void {
    const { length } = this.#frame;
    for (;;) {
      const from = this.#blocks.length * BLOCK_BYTES;
      const to = Math.min(from + BLOCK_BYTES, length);
      if (from >= length || filled < to) return;
      this.#blocks.push(sha256(this.#frame.subarray(from, to)));
    }
  }

  /** Once everything is there. */
  async finish(): Promise<Uint8Array> {
    if (this.#blocks.length === 1) return this.#blocks[0];
    const digests = await Promise.all(this.#blocks);
    const all = new Uint8Array(HASH_BYTES * digests.length);
    digests.forEach((digest, i) => {
      all.set(digest, HASH_BYTES * i);
    });
    return sha256(all);
  }
}

/** 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

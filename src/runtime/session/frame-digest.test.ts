import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, FrameDigest, frameDigest } from "./frame-digest.ts";

/** The definition, computed by another implementation. */
function expected(frame: Uint8Array): string {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
  if (frame.length <= BLOCK_BYTES) return sha256(frame).toString("hex");
  const blocks: Buffer[] = [];
  for (let at = 0; at < frame.length; at += BLOCK_BYTES)
    blocks.push(sha256(frame.subarray(at, at + BLOCK_BYTES)));
  return sha256(Buffer.concat(blocks)).toString("hex");
}

function frameOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 253);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const MIB = 2 ** 20;

describe("the digest of a frame", () => {
  test("is that of the definition, however the frame came in", async () => {
    for (const size of [
      0,
      1,
      63,
      64,
      65_537,
      MIB - 1,
      MIB,
      MIB + 1,
      2 * MIB,
      3 * MIB - 1,
      3 * MIB,
      3 * MIB + 1,
    ]) {
      const frame = frameOf(size);
      const wanted = expected(frame);
      expect(hex(await frameDigest(frame))).toBe(wanted);
      for (const step of [size, 65_536, 700_001]) {
        const memory = new Uint8Array(size);
        const digest = new FrameDigest(memory);
        for (let at = 0; at < size; at += step) {
          memory.set(frame.subarray(at, at + step), at);
          digest.advance(Math.min(size, at + step));
        }
        digest.advance(size);
        expect(hex(await digest.finish()), `${size} bytes by ${step}`).toBe(wanted);
      }
    }
  });

  test("hashes a block only once it is there", async () => {
    const frame = frameOf(2 * MIB);
    const memory = new Uint8Array(2 * MIB);
    const digest = new FrameDigest(memory);
    // All but the last byte of the first block.
    memory.set(frame.subarray(0, MIB - 1));
    digest.advance(MIB - 1);
    memory.set(frame);
    digest.advance(2 * MIB);
    expect(hex(await digest.finish())).toBe(expected(frame));
  });

  test("tells frames apart that differ in one bit of any block", async () => {
    const digests = new Set<string>();
    for (const at of [0, MIB - 1, MIB, 2 * MIB]) {
      const frame = frameOf(2 * MIB + 1);
      frame[at] ^= 1;
      digests.add(hex(await frameDigest(frame)));
    }
    digests.add(hex(await frameDigest(frameOf(2 * MIB + 1))));
    expect(digests.size).toBe(5);
  });

  test("is computed once for a frame that goes to many", () => {
    const frame = frameOf(100);
    expect(frameDigest(frame)).toBe(frameDigest(frame));
    expect(frameDigest(frameOf(100))).not.toBe(frameDigest(frame));
  });
});

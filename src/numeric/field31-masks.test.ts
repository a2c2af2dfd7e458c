import { describe, expect, it } from "vitest";
import { addInto, P31, subtractFrom } from "./field31.ts";
import { applyMasks, type Mask } from "./field31-masks.ts";
import { SecureRandom } from "./secure-random.ts";

const random = SecureRandom.fromSeed(new Uint8Array(32));

/** Bytes of a little-endian number, then zeros. */
function seedOf(number: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(number, 0, 0, 0, 0, 0, 0, 0).buffer);
}

/** Masks drawn as a whole. */
function expected(vector: Uint32Array, masks: readonly Mask[]): Uint32Array {
  const sum = vector.slice();
  for (const { seed, sign } of masks) {
    const mask = SecureRandom.fromSeed(seed).field31(sum.length);
    if (sign === 1) addInto(sum, mask);
    else subtractFrom(sum, mask);
  }
  return sum;
}

describe("masks", () => {
  it.each([
    [0, 2],
    [1, 3],
    [1000, 150],
    [2 ** 14, 3],
    [2 ** 14 + 1, 3],
    [50_003, 4],
  ])("of %d elements are what is drawn from their seeds, %d at once", (length, count) => {
    const vector = random.field31(length + 1).subarray(1);
    const masks = Array.from({ length: count }, (_, i): Mask => {
      return { seed: random.bytes(32), sign: i % 3 === 0 ? -1 : 1 };
    });
    const masked = vector.slice();
    applyMasks(masked, masks);
    expect(masked).toEqual(expected(vector, masks));
    applyMasks(
      masked,
      masks.map(({ seed, sign }) => ({ seed, sign: sign === 1 ? -1 : 1 })),
    );
    expect(masked).toEqual(vector);
  });

  it.each([1, -1] as const)("are drawn anew where the stream makes p: times %d", (sign) => {
    // Found by trying some 70,000 seeds.
    const [seed, place] = [seedOf(44892), 23861];
    const stream = new Uint32Array(SecureRandom.fromSeed(seed).bytes(4 * 30_000).buffer);
    expect(stream[place] & P31).toBe(P31);
    const vector = random.field31(30_000);
    const masked = vector.slice();
    applyMasks(masked, [
      { seed: seedOf(1), sign: 1 },
      { seed, sign },
      { seed: seedOf(2), sign: 1 },
    ]);
    expect(masked).toEqual(
      expected(vector, [
        { seed: seedOf(1), sign: 1 },
        { seed, sign },
        { seed: seedOf(2), sign: 1 },
      ]),
    );
  });

  it("are drawn anew again and again, in the order of the places", () => {
    const words = [P31, 5, 2 ** 32 - 1, 2 ** 31 + 6, P31, 7, P31, 2 ** 32 - 1, 8];
    const stream = new Uint8Array(Uint32Array.from(words).buffer);
    const keystream = () => {
      let from = 0;
      return (target: Uint8Array) => {
        target.set(stream.subarray(from, from + target.length));
        from += target.length;
      };
    };
    for (const [sign, masked] of [
      [1, [17, 15, 18, 16]],
      [-1, [3, 5, 2, 4]],
    ] as const) {
      const vector = new Uint32Array(4).fill(10);
      applyMasks(vector, [{ seed: seedOf(0), sign }], keystream);
      expect([...vector]).toEqual(masked);
    }
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { isField, P31 } from "./field31.ts";
import { SimulationRandom } from "./random.ts";
import { SecureRandom } from "./secure-random.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("is not simulation randomness, nor the other way round", () => {
  // Compiled, never called: what counts is that these are errors of types.
  const misuse = () => {
    // @ts-expect-error Secrets do not come from a simulation's seed.
    const secrets: SecureRandom = SimulationRandom.fromSeed(1);
    // @ts-expect-error What must be repeatable does not come from the platform.
    const simulated: SimulationRandom = SecureRandom.platform();
    return [secrets, simulated];
  };
  expect(misuse).toBeTypeOf("function");
});

describe("from a seed", () => {
  it("is the keystream of RFC 8439, appendix A.1, vectors 1 and 2", () => {
    const bytes = SecureRandom.fromSeed(new Uint8Array(32)).bytes(128);
    expect(Buffer.from(bytes).toString("hex")).toBe(
      "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586" +
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
    );
  });

  it("is the same stream however it is cut up", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
    const whole = SecureRandom.fromSeed(seed).bytes(200_000);
    const cut = SecureRandom.fromSeed(seed);
    seed.fill(0);
    let from = 0;
    for (const n of [1, 0, 63, 64, 65, 70_000, 65_536, 3, 1000]) {
      expect(cut.bytes(n)).toEqual(whole.slice(from, from + n));
      from += n;
    }
    const words = new Uint32Array(whole.slice(from, from + 4000).buffer);
    expect(cut.field31(1000)).toEqual(words.map((word) => word & P31));
  });

  it("gives uniform elements of the field", () => {
    const elements = SecureRandom.fromSeed(new Uint8Array(32).fill(7)).field31(100_000);
    expect(isField(elements)).toBe(true);
    const counts = new Uint32Array(100);
    for (const element of elements) counts[Math.floor((element / P31) * 100)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // Exceeded by 1 seed in 10^7, for 99 degrees of freedom.
    expect(chiSquare).toBeLessThan(189);
  });
});

describe("from the platform", () => {
  it("draws more bytes than the platform gives at a time, and other ones each time", () => {
    const random = SecureRandom.platform();
    const bytes = random.bytes(200_001);
    // Every stretch of it was filled.
    for (let from = 0; from < 200_000; from += 1000) {
      expect(new Set(bytes.subarray(from, from + 1000)).size).toBeGreaterThan(100);
    }
    expect(random.bytes(200_001)).not.toEqual(bytes);
  });

  it("draws anew what is no element of the field", () => {
    const draws = [
      Uint32Array.of(5, P31, 2 ** 32 - 1, 2 ** 31 + 6),
      Uint32Array.of(P31),
      Uint32Array.of(7),
      Uint32Array.of(8),
    ];
    vi.spyOn(crypto, "getRandomValues").mockImplementation((target) => {
      (target as Uint8Array).set(new Uint8Array(draws.shift()!.buffer));
      return target;
    });
    expect(SecureRandom.platform().field31(4)).toEqual(Uint32Array.of(5, 7, 8, 6));
  });
});

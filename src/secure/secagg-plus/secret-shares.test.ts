import { describe, expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { gfRampCode } from "../testing/gf-ramp-code.ts";
import { rebuildSecret, shareCode, shareSecret } from "./secret-shares.ts";

const random = SecureRandom.fromSeed(new Uint8Array(32).fill(5));

function subsets(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: count }, (_, i) => i)
    .filter((last) => last >= size - 1)
    .flatMap((last) => subsets(last, size - 1).map((rest) => [...rest, last]));
}

describe("a secret shared among 6, of whom 3 rebuild it", () => {
  const code = shareCode({ neighbours: 6, threshold: 3 });

  test.each([
    ["any", random.bytes(32)],
    ["zero", new Uint8Array(32)],
    ["all ones", new Uint8Array(32).fill(255)],
  ])("any three do: %s", (_, secret) => {
    const shares = shareSecret(code, 3, secret, random);
    expect(shares).toHaveLength(6);
    expect(subsets(6, 3)).toHaveLength(20);
    for (const known of subsets(6, 3)) {
      expect(rebuildSecret(code, new Map(known.map((i) => [i, shares[i]])))).toEqual(secret);
    }
  });

  test("two do not", () => {
    const shares = shareSecret(code, 3, random.bytes(32), random);
    expect(() => rebuildSecret(code, new Map([0, 4].map((i) => [i, shares[i]])))).toThrow(
      expect.objectContaining({ code: "secure.too-few-shares" }),
    );
  });

  test("a share of something else shows", () => {
    const [one, other] = [1, 2].map(() => shareSecret(code, 3, random.bytes(32), random));
    expect(rebuildSecret(code, new Map([one[0], other[1], one[2]].entries()))).toBeUndefined();
  });

  test("equal secrets have different shares each time", () => {
    const secret = random.bytes(32);
    expect(shareSecret(code, 3, secret, random)[0]).not.toEqual(shareSecret(code, 3, secret, random)[0]);
  });
});

describe("t - 1 shares tell nothing, by trying everything out over GF(7)", () => {
  // The code of `shareCode` in a field small enough: 4 receivers, t = 2 and t = 3 need 6 and 7 points.
  const p = 7;
  const views = (threshold: number, receivers: number, seen: readonly number[], secret: number) => {
    const code = gfRampCode(p, { receivers, data: 1, noise: threshold - 1 });
    const counts = new Map<string, number>();
    for (let draw = 0; draw < p ** (threshold - 1); draw++) {
      const noise = Array.from({ length: threshold - 1 }, (_, i) => Math.floor(draw / p ** i) % p);
      const shares = code.encode([secret, ...noise].map((value) => Uint32Array.of(value)));
      const view = seen.map((i) => shares[i][0]).join();
      counts.set(view, (counts.get(view) ?? 0) + 1);
    }
    return new Map([...counts].sort());
  };

  test.each([
    [2, 4],
    [3, 3],
  ])("t = %i", (threshold, receivers) => {
    for (const seen of subsets(receivers, threshold - 1)) {
      for (let secret = 1; secret < p; secret++) {
        expect(views(threshold, receivers, seen, secret)).toEqual(views(threshold, receivers, seen, 0));
      }
    }
    for (const seen of subsets(receivers, threshold)) {
      expect(views(threshold, receivers, seen, 1)).not.toEqual(views(threshold, receivers, seen, 0));
    }
  });

  test("over the real field the same code is used", () => {
    const real = shareCode({ neighbours: 4, threshold: 2 });
    const oracle = gfRampCode(P31, { receivers: 4, data: 1, noise: 1 });
    expect(real.encodeMatrix).toEqual(oracle.encodeMatrix);
  });
});

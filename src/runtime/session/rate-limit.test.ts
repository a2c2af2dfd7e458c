import { describe, expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

/** How many of `asked` are allowed at this moment. */
function allowed(limit: RateLimit, now: number, asked = 1000): number {
  let count = 0;
  for (let i = 0; i < asked; i++) if (limit.allow(now)) count++;
  return count;
}

describe("a rate limit", () => {
  test("allows a burst, and then so many a second", () => {
    const limit = new RateLimit(10, 50);
    expect(allowed(limit, 100)).toBe(50);
    expect(allowed(limit, 100)).toBe(0);
    expect(allowed(limit, 100.5)).toBe(5);
    expect(allowed(limit, 101.5)).toBe(10);
  });

  test("never saves up more than the burst", () => {
    const limit = new RateLimit(10, 50);
    expect(allowed(limit, 0)).toBe(50);
    expect(allowed(limit, 1e9)).toBe(50);
  });

  test("does not count what it refused", () => {
    const limit = new RateLimit(1, 1);
    expect(allowed(limit, 0, 1000)).toBe(1);
    expect(allowed(limit, 1)).toBe(1);
  });

  test("gains nothing from a clock that goes back", () => {
    const limit = new RateLimit(10, 50);
    allowed(limit, 100);
    expect(allowed(limit, 50)).toBe(0);
    expect(allowed(limit, 51)).toBe(10);
  });

  test("is slower than one a second where it is to be", () => {
    const limit = new RateLimit(0.2, 10);
    allowed(limit, 0);
    expect(allowed(limit, 4.9)).toBe(0);
    expect(allowed(limit, 5.1)).toBe(1);
  });
});

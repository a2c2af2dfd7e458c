import { expect, test } from "vitest";
import { RecentCache } from "./recent-cache.ts";

test("makes a value once and drops the one unused for longest", async () => {
  const made: string[] = [];
  const dropped: string[] = [];
  const cache = new RecentCache<string>(2, (value) => dropped.push(value));
  const get = (key: string) =>
    cache.get(key, async () => {
      made.push(key);
      return key;
    });
  expect(await Promise.all([get("a"), get("b"), get("a")])).toEqual(["a", "b", "a"]);
  await get("c");
  await get("a");
  expect(made).toEqual(["a", "b", "c"]);
  expect(dropped).toEqual(["b"]);
  await cache[Symbol.asyncDispose]();
  expect(dropped.toSorted()).toEqual(["a", "b", "c"]);
});

test("does not remember a failure", async () => {
  const cache = new RecentCache<number>(2);
  await expect(cache.get("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cache.get("a", async () => 1)).toBe(1);
});

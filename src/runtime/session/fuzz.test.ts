import { expect, test } from "vitest";
import { addTally, fuzzFrames, fuzzSession, type Tally } from "./testing/fuzz.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

test("damaged frames are refused with a code, and nothing worse", () => {
  console.log(`seed ${seed}`);
  const tally = fuzzFrames(seed, 20_000);
  expect([...tally.keys()].every((code) => code === "decoded" || code.startsWith("frame."))).toBe(true);
  expect(tally.size).toBeGreaterThan(8);
});

test("damaged conversations deliver nothing that was not said, and nothing twice", async () => {
  console.log(`seed ${seed}`);
  const tally: Tally = new Map();
  for (let i = 0; i < 300; i++) addTally(tally, (await fuzzSession(seed + i)).tally);
  expect(tally.get("session.signature")).toBeGreaterThan(0);
  expect(tally.get("session.sequence")).toBeGreaterThan(0);
  expect(tally.get("session.order")).toBeGreaterThan(0);
  expect(tally.get("session.control")).toBeGreaterThan(0);
});

import { expect, test } from "vitest";
import { addTally, type Tally } from "./testing/damage.ts";
import { fuzzControls, fuzzFrames, fuzzSession } from "./testing/fuzz.ts";
import { fuzzReception } from "./testing/fuzz-reception.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

test("damaged frames are refused with a code, and nothing worse", () => {
  console.log(`seed ${seed}`);
  const tally = fuzzFrames(seed, 20_000);
  expect([...tally.keys()].every((code) => code === "decoded" || code.startsWith("frame."))).toBe(true);
  expect(tally.size).toBeGreaterThan(8);
});

test("damaged control messages are refused, or mean one thing", () => {
  console.log(`seed ${seed}`);
  const tally = fuzzControls(seed, 20_000);
  expect([...tally.keys()].sort()).toEqual(["parsed", "session.control"]);
});

test("damaged conversations deliver nothing that was not said, and nothing twice", async () => {
  console.log(`seed ${seed}`);
  const tally: Tally = new Map();
  for (let i = 0; i < 300; i++) addTally(tally, (await fuzzSession(seed + i)).tally);
  for (const code of ["signature", "sequence", "order", "control"]) {
    expect(tally.get(`session.${code}`)).toBeGreaterThan(0);
  }
  // Some get through untouched, so the conversation is a true one.
  expect(tally.get("4 of 4 delivered")).toBeGreaterThan(0);
});

test("somebody on the line of one client fools nobody, and does not disturb the other", async () => {
  console.log(`seed ${seed}`);
  const tally: Tally = new Map();
  for (let i = 0; i < 12; i++) addTally(tally, (await fuzzReception(seed + i)).tally);
  console.log(tally);
  expect(tally.size).toBeGreaterThan(4);
});

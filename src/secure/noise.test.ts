/** Noise through whole rounds: who adds how much of it, whoever goes, and who refuses sums with too little. */
import { describe, expect, test } from "vitest";
import type { Protocol } from "../federated/protocol.ts";
import type { SumOptions } from "./contribution.ts";
import { lightSecAgg } from "./lightsecagg/lightsecagg.ts";
import { secAggPlus } from "./secagg-plus/secagg-plus.ts";
import { swiftAggPlus } from "./swiftagg-plus/swiftagg-plus.ts";
import { environment, namesOf } from "./testing/contributions.ts";
import { drive, makeHalves } from "./testing/drive.ts";

const CLIENTS = 10;
const DIMENSION = 4000;
const NOISE = { clip: 0.5, multiplier: 2 };
const sum: SumOptions = { bound: 1, weights: "uniform", mostExamples: 1, noise: NOISE };

/** All for ten clients of which two may collude and two go, so six add the noise. */
const HONEST = 6;
const protocols: readonly [string, () => Protocol][] = [
  ["SwiftAgg+", () => swiftAggPlus({ colluders: 2, dropouts: 2, parts: 2, sum }, environment())],
  ["LightSecAgg", () => lightSecAgg({ colluders: 2, dropouts: 2, survivors: 5, sum }, environment())],
  [
    "SecAgg",
    () =>
      secAggPlus(
        { graph: "full", threshold: 5, corruptFraction: 0.2, dropoutFraction: 0.2, sum },
        environment(),
      ),
  ],
];

const names = namesOf(CLIENTS);

/** A round of clients that have all learnt the same, beyond the clip; some go when they should have contributed. */
function round(protocol: Protocol, gone: number) {
  const update = new Float32Array(DIMENSION).fill(1);
  const going = new Set(names.slice(0, gone));
  return drive({
    halves: makeHalves(protocol, names),
    cohort: new Map(names.map((name) => [name, { update, examples: 5, metrics: {} }])),
    dimension: DIMENSION,
    fate: ({ from, message: { kind } }) =>
      going.has(from) && (kind === "share" || kind === "upload") ? "leave" : "deliver",
  });
}

describe.each(protocols)("%s", (_, protocol) => {
  test.each([0, 2])(
    "%d clients go: the mean is that of the clipped updates, and what is on it is the noise",
    (gone) => {
      const { result } = round(protocol(), gone);
      const { update, contributors } = result!;
      expect(contributors).toHaveLength(CLIENTS - gone);
      const entry = NOISE.clip / Math.sqrt(DIMENSION);
      const mean = update.reduce((total, value) => total + value, 0) / DIMENSION;
      const variance = update.reduce((total, value) => total + (value - mean) ** 2, 0) / DIMENSION;
      const added = (NOISE.multiplier * NOISE.clip) ** 2 * (contributors.length / HONEST);
      const expected = added / contributors.length ** 2;
      expect(Math.abs(mean - entry)).toBeLessThan(4 * Math.sqrt(expected / DIMENSION));
      expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / DIMENSION));
    },
  );

  test("three go: nobody gets a sum with less noise", () => {
    const { result, abort } = round(protocol(), 3);
    expect(result).toBeUndefined();
    expect(abort?.code).toMatch(/^secure\.(too-few|dropouts)$/);
  });
});

test("a client of LightSecAgg does not help to undo the masks of fewer", () => {
  const [, protocol] = protocols[1];
  const { sent, abort } = drive({
    halves: makeHalves(protocol(), names),
    cohort: new Map(names.map((name) => [name, { update: new Float32Array(2), examples: 5, metrics: {} }])),
    dimension: 2,
    fate: (envelope) => {
      if (envelope.message.kind !== "include") return "deliver";
      // Seven of them, where eight are needed.
      const included = Uint8Array.of(0b0111_1111, 0);
      return [{ ...envelope, message: { ...envelope.message, tensors: { included } } }];
    },
  });
  expect(sent.filter(({ message }) => message.kind === "recovery")).toEqual([]);
  expect(abort?.code).toBe("secure.dropouts");
});

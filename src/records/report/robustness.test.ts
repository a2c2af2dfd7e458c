import { describe, expect, it } from "vitest";
import { type ComparedRun, concernsRobustness, robustnessTables } from "./robustness.ts";
import { comparedRun } from "./testing/compared-run.ts";

const words = (runs: readonly ComparedRun[]) =>
  robustnessTables(runs).map(({ setting, defences, attacks }) => ({
    setting,
    defences: defences.map((defence) => defence.words),
    attacks: attacks.map((attack) => attack.words),
  }));
const krum = { kind: "krum", byzantine: 2, variant: "paper", before: { arc: false, mixing: false } };
const alie = (fraction: number, more: object = {}) => ({ kind: "alie", fraction, ...more });

describe("robustnessTables", () => {
  it("puts no attack first, then each attack by rising fraction", () => {
    const runs = [
      alie(0.4),
      { kind: "mimic", fraction: 0.1 },
      alie(0.1),
      null,
      { kind: "constant", fraction: 0 },
    ];
    expect(words(runs.map((adversary) => comparedRun({ recipe: { adversary } })))).toEqual([
      {
        setting: "",
        defences: ["mean"],
        attacks: ["no attack", "alie at 10 %", "alie at 40 %", "mimic at 10 %"],
      },
    ]);
  });

  it("takes a share that rounds to no client for no attack, and a recipe of an older version as well", () => {
    const [{ attacks }] = words([
      comparedRun({ recipe: { adversary: alie(0.02), clients: 20 } }),
      comparedRun({ recipe: { adversary: alie(0.03), clients: 20 } }),
      { ...comparedRun(), started: { recipe: { clients: 20 } } },
    ]);
    expect(attacks).toEqual(["no attack", "alie at 3 %"]);
  });

  it("names defences by kind, variant and what comes before, and what else tells them apart", () => {
    const before = { clip: 5, arc: true, bucketing: 2, mixing: true };
    const runs = [
      krum,
      { ...krum, variant: "byzfl" },
      { ...krum, byzantine: 3, before },
      { kind: "median", byzantine: 2, before: { arc: true, mixing: false } },
    ];
    expect(words(runs.map((aggregator) => comparedRun({ recipe: { aggregator } })))[0].defences).toEqual([
      "krum, byzantine 2",
      "krum (byzfl), byzantine 2",
      "krum after clipping to 5, ARC, buckets of 2 and neighbour mixing, byzantine 3",
      "median after ARC",
    ]);
    expect(
      words([
        comparedRun({ recipe: { adversary: alie(0.1, { z: 1 }) } }),
        comparedRun({ recipe: { adversary: alie(0.2, { z: 2 }) } }),
      ])[0].attacks,
    ).toEqual(["alie, z 1 at 10 %", "alie, z 2 at 20 %"]);
  });

  it("averages over seeds", () => {
    const accuracies = [0.5, 0.7, 0.9];
    const runs = accuracies.map((accuracy, seed) =>
      comparedRun({
        recipe: { seed, name: `run-${seed}` },
        accuracy,
        seconds: seed + 1,
        success: accuracy / 2,
      }),
    );
    const [{ cells }] = robustnessTables([
      ...runs,
      comparedRun({ recipe: { seed: 3 }, accuracy: null }),
      {
        ...comparedRun({ recipe: { seed: 4 }, accuracy: 0.1 }),
        failure: { code: "x", message: "y", round: 1 },
      },
    ]);
    expect(cells).toEqual([
      [
        {
          ...{ runs: 5, failed: 1, unfinished: 0, secondsPerRound: (1 + 2 + 3 + 1 + 1) / 5 },
          final: { mean: expect.closeTo(0.55), least: 0.1, most: 0.9 },
          best: { mean: expect.closeTo(0.6), least: expect.closeTo(0.15), most: expect.closeTo(0.95) },
          success: { mean: expect.closeTo(0.35), least: 0.25, most: 0.45 },
        },
      ],
    ]);
  });

  it("never averages over anything else: other keys make tables of their own", () => {
    const runs = [0.1, 1].flatMap((alpha) =>
      [1, 2].map((seed) => comparedRun({ recipe: { seed, partition: { alpha } } })),
    );
    const tables = robustnessTables(runs);
    expect(tables.map(({ setting }) => setting)).toEqual(["partition.alpha 0.1", "partition.alpha 1"]);
    expect(tables.map(({ cells }) => cells[0][0]?.runs)).toEqual([2, 2]);
  });

  it("leaves out what was not run", () => {
    const [{ cells }] = robustnessTables([
      comparedRun({ recipe: { adversary: alie(0.1) } }),
      comparedRun({ recipe: { aggregator: krum } }),
    ]);
    expect(cells.map((row) => row.map((cell) => cell?.runs ?? null))).toEqual([
      [null, 1],
      [1, null],
    ]);
  });
});

it("tells comparisons of attacks and defences from others", () => {
  const plain = comparedRun({ recipe: { rounds: 3 } });
  expect(concernsRobustness([plain, comparedRun()])).toBe(false);
  expect(concernsRobustness([plain, comparedRun({ recipe: { aggregator: krum } })])).toBe(true);
  expect(concernsRobustness([comparedRun({ recipe: { adversary: alie(0.1) } })])).toBe(true);
});

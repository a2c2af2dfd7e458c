import { describe, expect, it } from "vitest";
import { adviceOf } from "./advice.ts";
import { comparedRun } from "./testing/compared-run.ts";

const median = { kind: "median", byzantine: 4 };
const alie = (fraction: number) => ({ kind: "alie", fraction });
const backdoor = { kind: "model-replacement", fraction: 0.2, trigger: {} };
const sentences = (...runs: Parameters<typeof adviceOf>[0]) => adviceOf(runs).map(({ sentence }) => sentence);

describe("advice", () => {
  it("tells of each defence the worst attack, what it costs without attack, and its time", () => {
    const runs = [
      comparedRun({ accuracy: 0.95, seconds: 1 }),
      comparedRun({ recipe: { adversary: alie(0.2) }, accuracy: 0.6, seconds: 2 }),
      comparedRun({ recipe: { adversary: alie(0.4) }, accuracy: 0.3, seconds: 2 }),
      comparedRun({ recipe: { adversary: backdoor }, accuracy: 0.94, success: 0.99 }),
      comparedRun({ recipe: { aggregator: median }, accuracy: 0.925, seconds: 3 }),
      comparedRun({ recipe: { aggregator: median, adversary: alie(0.2) }, accuracy: 0.9, seconds: 3 }),
      comparedRun({
        recipe: { aggregator: median, adversary: alie(0.4), seed: 1 },
        accuracy: 0.8,
        seconds: 2,
      }),
      comparedRun({
        recipe: { aggregator: median, adversary: alie(0.4), seed: 2 },
        accuracy: 0.7,
        seconds: 2,
      }),
    ];
    expect(adviceOf(runs)).toEqual([
      {
        ...{ defence: "mean", worstAttack: "alie at 40 %", worstAccuracy: 0.3, lossWithoutAttack: 0 },
        worstBackdoor: { attack: "model-replacement at 20 %", success: 0.99 },
        cost: { secondsPerRound: 1.5, timesMean: 1 },
        sentence:
          "mean: worst of 3 attacks met was alie at 40 % (accuracy 30 %); the backdoor of model-replacement at 20 % took 99 % of the triggered examples; accuracy without attack 95 %; a round takes 1.5 s.",
      },
      {
        ...{ defence: "median", worstAttack: "alie at 40 %", worstAccuracy: 0.75 },
        ...{ lossWithoutAttack: expect.closeTo(0.025), worstBackdoor: null },
        // Against 5 seconds of the mean under what both have met.
        cost: { secondsPerRound: expect.closeTo(8 / 3), timesMean: expect.closeTo(8 / 5) },
        sentence:
          "median: worst of 2 attacks met was alie at 40 % (accuracy 75 %, mean of 2 runs); without attack 2.5 points less accurate than the mean (92.5 % against 95 %); a round takes 2.67 s, 1.6 times as long as with the mean.",
      },
    ]);
  });

  it("says what is missing", () => {
    expect(
      sentences(comparedRun({ recipe: { aggregator: median } }), comparedRun({ accuracy: 0.9 })),
    ).toEqual([
      "median: met no attack; without attack as accurate as the mean (90 % against 90 %); a round takes 1 s, as long as with the mean.",
      "mean: met no attack; accuracy without attack 90 %; a round takes 1 s.",
    ]);
    expect(
      sentences(
        comparedRun({ recipe: { aggregator: median } }),
        comparedRun({ recipe: { aggregator: median, adversary: alie(0.1) } }),
      ),
    ).toEqual([
      "median: the only attack met was alie at 10 % (accuracy 90 %); accuracy without attack 90 %, with no run of the mean without attack to compare it with; a round takes 1 s, with no run of the mean under the same conditions to compare it with.",
    ]);
    const started = comparedRun({ recipe: { adversary: alie(0.1), aggregator: median }, accuracy: null });
    const failed = { ...started, finished: null, failure: { code: "x", message: "y", round: null } };
    expect(
      sentences(
        { ...started, finished: null, summary: { ...started.summary, rounds: [] } },
        {
          ...failed,
          started: { recipe: { clients: 20, aggregator: { kind: "mean" }, adversary: alie(0.2) } },
        },
      ),
    ).toEqual([
      "median: no accuracy was measured under attack; runs have not finished (alie at 10 %) and count as far as they have come; no evaluated run without attack, so what it costs in accuracy is not known; no round has finished, so its cost is not known.",
      "mean: no accuracy was measured under attack; runs failed (alie at 20 %) and count as far as they came; no evaluated run without attack; a round takes 1 s.",
    ]);
  });

  it("compares like with like where other keys of the recipes differ", () => {
    const runs = [0.1, 1].flatMap((alpha) => [
      comparedRun({ recipe: { partition: { alpha } }, accuracy: alpha === 1 ? 0.9 : 0.7 }),
      comparedRun({ recipe: { partition: { alpha }, aggregator: median }, accuracy: 0.6 }),
    ]);
    expect(adviceOf(runs).map(({ defence, lossWithoutAttack }) => [defence, lossWithoutAttack])).toEqual([
      ["mean (partition.alpha 0.1)", 0],
      ["median (partition.alpha 0.1)", expect.closeTo(0.1)],
      ["mean (partition.alpha 1)", 0],
      ["median (partition.alpha 1)", expect.closeTo(0.3)],
    ]);
  });

  it("keeps silent where nobody cheats and all runs have the same aggregator", () => {
    expect(adviceOf([comparedRun(), comparedRun({ recipe: { rounds: 2 } })])).toEqual([]);
  });
});

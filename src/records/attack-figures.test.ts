import { expect, it } from "vitest";
import { sampleLog } from "../testing/sample-log.ts";
import { type AttackFigures, attackFiguresOf, lastSuccess } from "./attack-figures.ts";
import { summarize } from "./summary.ts";

const counts = { kept: 3, excluded: 1, rejected: 0, absent: 2 };
const figures: AttackFigures = {
  attack: { active: true, success: 0.25 },
  defence: { corrupted: counts, honest: counts },
};

it("reads the figures of an attack from among those of the method", () => {
  expect(attackFiguresOf({ figures: { score: 2, ...figures } })).toEqual(figures);
  const { success: _, ...attack } = figures.attack;
  expect(attackFiguresOf({ figures: { ...figures, attack } })).toEqual({ ...figures, attack });
});

it.each([
  undefined,
  {},
  { attack: { active: true } },
  { ...figures, attack: { active: true, success: 2 } },
  { ...figures, attack: { active: "yes" } },
  { ...figures, defence: { corrupted: counts } },
  { ...figures, defence: { corrupted: { ...counts, kept: -1 }, honest: counts } },
])("takes %j for none", (wrong) => {
  expect(attackFiguresOf(wrong === undefined ? {} : { figures: wrong })).toBeNull();
});

it("finds the last round that tells of a backdoor", () => {
  const adversary = { kind: "alie-backdoor", fraction: 0.2, trigger: {} };
  const { rounds } = summarize(sampleLog({ rounds: 2, adversary }));
  const { figures: _, ...silent } = rounds[1];
  expect(lastSuccess([...rounds, { ...silent, round: 3 }])).toEqual({ round: 2, success: 1 - 0.9 ** 2 });
  expect(lastSuccess(summarize(sampleLog({ rounds: 2 })).rounds)).toBeNull();
});

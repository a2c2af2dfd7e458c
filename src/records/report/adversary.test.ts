import { describe, expect, it } from "vitest";
import { sampleLog } from "../../testing/sample-log.ts";
import type { RunEvent } from "../events.ts";
import { adversaryFacts } from "./adversary-facts.ts";
import { ranges } from "./attendance-section.ts";
import { attendanceSlots } from "./charts.ts";
import { corruptedAmongKept, defenceRecord, defenceSentences, leftOut } from "./defence-record.ts";
import { digestRun } from "./digest.ts";
import { limits } from "./limits.ts";
import { renderReport } from "./render.ts";
import { comparedRun } from "./testing/compared-run.ts";

const krum = { kind: "krum", byzantine: 4, variant: "byzfl", before: { arc: true, mixing: false } };
const alie = { kind: "alie", fraction: 0.2, z: 1.5, active: { from: 3 } };
const attacked = (more: object = {}) => sampleLog({ rounds: 6, aggregator: krum, adversary: alie, ...more });
const report = async (...logs: RunEvent[][]) =>
  renderReport(await Promise.all(logs.map(digestRun)), { echarts: "/* charts */" });

describe("how right a defence was", () => {
  const round = (active: boolean, corrupted: number[], honest: number[], number = 1) => {
    const counts = ([kept, excluded, rejected, absent]: number[]) => ({ kept, excluded, rejected, absent });
    const figures = { attack: { active }, defence: { corrupted: counts(corrupted), honest: counts(honest) } };
    return { ...comparedRun().summary.rounds[0], round: number, figures };
  };

  it("counts the rounds of attack alone", () => {
    const rounds = [
      round(false, [4, 0, 0, 0], [0, 9, 0, 0]),
      round(true, [1, 2, 1, 3], [9, 1, 0, 2]),
      round(true, [1, 0, 0, 0], [6, 0, 0, 0]),
    ];
    const record = defenceRecord(rounds);
    expect(record).toEqual({
      rounds: 2,
      corrupted: { kept: 2, excluded: 2, rejected: 1, absent: 3 },
      honest: { kept: 15, excluded: 1, rejected: 0, absent: 2 },
    });
    expect([leftOut(record.corrupted), leftOut(record.honest)]).toEqual([3 / 5, 1 / 16]);
    expect(corruptedAmongKept(record)).toBe(2 / 17);
    expect(defenceSentences(rounds).join(" ")).toBe(
      "While the attack went on, 5 updates came in from corrupted clients, of which 60 % were left out (2 excluded by the aggregator, 1 rejected as invalid). Of 16 updates from honest clients, 6.25 % were left out. Of 17 updates that were kept, 11.76 % came from corrupted clients. Counted are the 2 of 3 rounds in which the attack went on; in the others the corrupted clients were honest.",
    );
  });

  it("says when it cannot tell", () => {
    expect(defenceSentences(comparedRun().summary.rounds)).toEqual([
      "The log has no figures yet of what the defence left out.",
    ]);
    expect(defenceSentences([round(false, [1, 0, 0, 0], [1, 0, 0, 0])])).toEqual([
      "No round of attack has finished yet.",
    ]);
    expect(defenceSentences([round(true, [0, 0, 0, 2], [0, 0, 0, 0])]).join(" ")).toContain(
      "No update of a corrupted client came in during the attack. No update of an honest client came in.",
    );
    expect(defenceSentences([round(true, [2, 0, 0, 0], [8, 0, 0, 0])]).join(" ")).toContain(
      "of which 0 % were left out (0 excluded by the aggregator, 0 rejected as invalid). Of 8 updates from honest clients, 0 % were left out. Of 10 updates that were kept, 20 % came from corrupted clients. The aggregator excluded nobody",
    );
  });
});

describe("the run report under attack", () => {
  it("names attack, clients and defence, and how it went", async () => {
    const digest = await digestRun(attacked());
    const { final } = digest.summary;
    expect(adversaryFacts(digest)).toEqual([
      ["Attack", "alie, with z 1.5"],
      ["Rounds of attack", "from 3 on"],
      ["Corrupted clients", "4 of 20 (20 %): client-3, client-8, client-13, client-18"],
      ["Defence", "krum (byzfl) after ARC, with byzantine 4"],
      ["Last accuracy", `${Number((final!.accuracy * 100).toFixed(2))} % in round 6`],
    ]);
    const text = await report(attacked());
    expect(text).toContain("<h2>Adversary and defence</h2>");
    expect(text).toContain("Counted are the 4 of 6 rounds");
    expect(text.indexOf("Who was left out, and when")).toBeLessThan(
      text.indexOf("<h2>Clients in a round</h2>"),
    );
    expect(text).not.toContain("Who took part");
    expect(text).not.toContain('id="backdoor"');
  });

  it("tells of a backdoor, or that its success was not measured", async () => {
    const adversary = {
      ...alie,
      kind: "model-replacement",
      active: { from: 1 },
      trigger: { kind: "pattern" },
    };
    expect(adversaryFacts(await digestRun(attacked({ adversary }))).at(-1)).toEqual([
      "Backdoor",
      `${Number((100 * (1 - 0.9 ** 6)).toFixed(2))} % of the triggered test examples were taken for the target in round 6`,
    ]);
    expect(await report(attacked({ adversary }))).toContain('id="backdoor"');
    const silent = attacked({ adversary }).filter(({ kind }) => kind !== "round-finished");
    expect(adversaryFacts(await digestRun(silent)).at(-1)).toEqual([
      "Backdoor",
      "its success was not measured",
    ]);
    expect(await report(silent)).toContain("The log has no figures yet");
  });

  it("has the figures of its charts as tables", async () => {
    const text = await report(attacked());
    const digest = await digestRun(attacked());
    const excluded = digest.attendance.rows.map(
      ({ fates }) => fates.filter((fate) => fate === "excluded").length,
    );
    const { corrupted, honest } = defenceRecord(digest.summary.rounds);
    expect(excluded.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(corrupted.excluded + honest.excluded);
    expect(text).toContain('<th scope="col">Corrupted among kept</th>');
    expect(text).toMatch(
      /<th scope="row">client-3<\/th><td>corrupted<\/td><td>[\d–, ]+<\/td><td>[\d–, ]*[3-6]/,
    );
    expect(text.match(/<td>corrupted<\/td>/g)).toHaveLength(4);
  });

  it("shows corrupted clients first, and both sides however many there are", async () => {
    const { attendance } = await digestRun(attacked());
    const slots = attendanceSlots(attendance.rows);
    expect(slots.slice(0, 6).map((row) => row?.client ?? null)).toEqual([
      ...["client-3", "client-8", "client-13", "client-18", null, "client-1"],
    ]);
    const many = await digestRun(attacked({ clients: 300, adversary: { ...alie, fraction: 0.4 } }));
    const { rows } = many.attendance;
    expect([rows.length, rows.filter(({ corrupted }) => corrupted).length]).toEqual([limits.clients, 20]);
    const few = await digestRun(attacked({ clients: 300, adversary: { ...alie, fraction: 0.01 } }));
    expect(few.attendance.rows.filter(({ corrupted }) => corrupted)).toHaveLength(3);
  });

  it("marks who was excluded without an adversary, too", async () => {
    const text = await report(sampleLog({ rounds: 6, aggregator: krum }));
    expect(text).not.toContain("Adversary and defence");
    expect(text).toContain("<h2>Who took part</h2>");
    expect(text).toContain('<th scope="col">excluded</th>');
    const { timelines } = await digestRun(sampleLog({ rounds: 6, aggregator: krum }));
    const excluded = timelines.flatMap(({ spans }) => spans.filter(({ fate }) => fate === "excluded"));
    expect(excluded.length).toBeGreaterThan(3);
    expect(new Set(excluded.map(({ reason }) => reason))).toEqual(new Set(["left out by the aggregator"]));
  });
});

describe("the comparison of attacks and defences", () => {
  const against = (aggregator: { kind: string }, fraction: number, more: object = {}) =>
    sampleLog({
      rounds: 2,
      aggregator,
      ...(fraction > 0 && { adversary: { kind: "alie", fraction } }),
      ...more,
    });

  it("has heat map, table and advice", async () => {
    const text = await report(
      ...[{ kind: "mean" }, krum].flatMap((rule) =>
        [0, 0.2].map((fraction) => against(rule, fraction, { damage: fraction })),
      ),
      against(krum, 0.2, { seed: 2 }),
    );
    expect(text).toContain('id="robustness-0"');
    expect(text).toContain('<th scope="col">no attack</th><th scope="col">alie at 20 %</th>');
    expect(text).toMatch(/<td>[\d.]+ % \(2 runs, [\d.]+ % to [\d.]+ %\)<\/td>/);
    expect(text).toMatch(/<li>krum \(byzfl\) after ARC: the only attack met was alie at 20 %/);
    expect(text).not.toContain("<option>backdoor success</option>");
  });

  it("says which runs have not finished", async () => {
    const text = await report(
      against({ kind: "mean" }, 0),
      against({ kind: "mean" }, 0.2, { finished: false }),
    );
    expect(text).toContain("Runs that failed or have not finished count with their last evaluated round");
    expect(text).toContain("(1 not finished)");
    const early = [0, 0.2].map((fraction) => against(krum, fraction).slice(0, 2));
    expect(await report(...early)).toContain("No run has been evaluated yet.");
  });

  it("keeps to its limits and counts all runs", async () => {
    const runs = Array.from({ length: 45 }, (_, i) =>
      against({ ...krum, byzantine: i } as { kind: string }, 0),
    );
    const text = await report(...runs);
    expect(text).toContain("where all of them count");
    expect(text).toContain("Not all are shown.");
    expect(text.match(/<li>/g)).toHaveLength(45);
    const settings = Array.from({ length: 8 }, (_, i) =>
      [0, 0.2].map((fraction) => against(krum, fraction, { rate: i + 1 })),
    );
    expect((await report(...settings.flat())).match(/class="chart" id="robustness-/g)).toHaveLength(
      limits.settings,
    );
  });

  it("is silent for other comparisons", async () => {
    const text = await report(sampleLog({ rounds: 2 }), sampleLog({ rounds: 2, rate: 0.2 }));
    expect(text).not.toMatch(/<h2>(Attacks and defences|Advice)/);
  });
});

it("writes numbers as ranges", () => {
  expect(ranges([])).toBe("");
  expect(ranges([1, 2, 3, 7, 9, 10])).toBe("1–3, 7, 9–10");
});

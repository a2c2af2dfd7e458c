import { describe, expect, it } from "vitest";
import { sampleLog } from "../../testing/sample-log.ts";
import type { EventBody, RunEvent } from "../events.ts";
import { digestRun } from "./digest.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "./format.ts";
import { html, scriptCode, scriptJson } from "./html.ts";
import { evenlySpaced, limits } from "./limits.ts";
import { partitionNote, viewPartition } from "./partition.ts";
import { renderReport } from "./render.ts";

const assets = { echarts: "/* charts */" };
const report = async (...logs: RunEvent[][]) => renderReport(await Promise.all(logs.map(digestRun)), assets);
const hostile = `</script><script>document.title="pwned"</script><img src=x onerror="document.title='pwned'">{a}' \u2028&amp;`;

describe("html", () => {
  it("escapes every value and nests what is HTML already", () => {
    expect(html`<p title="${'"<'}">${["a&b", html`<b>${1}</b>`]}${null}${undefined}${false}</p>`.text).toBe(
      '<p title="&quot;&lt;">a&amp;b<b>1</b></p>',
    );
  });

  it("keeps data and code inside their script elements", () => {
    const text = scriptJson({ name: "</script><!--\u2028" }).text;
    expect(text).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(text)).toEqual({ name: "</script><!--\u2028" });
    expect(scriptCode('"</SCRIPT>"').text).toBe('"<\\/SCRIPT>"');
  });
});

describe("figures for people", () => {
  it.each([
    [formatBytes, 0, "0 B"],
    [formatBytes, 999.4, "999 B"],
    [formatBytes, 999.6, "1 kB"],
    [formatBytes, 1_234_567, "1.23 MB"],
    [formatBytes, 5e18, "5000 PB"],
    [formatSeconds, 0, "0 s"],
    [formatSeconds, 0.12345, "0.123 s"],
    [formatSeconds, 59.96, "1 min"],
    [formatSeconds, 75, "1 min 15 s"],
    [formatSeconds, 3599.7, "1 h"],
    [formatSeconds, 7300, "2 h 2 min"],
    [formatPercent, 0.98765, "98.77 %"],
    [formatNumber, 1_234_567.89, "1,234,567.9"],
    [formatNumber, 0.00001234, "0.0000123"],
  ])("%o of %d is %s", (format, value, text) => {
    expect(format(value)).toBe(text);
  });
});

describe("evenlySpaced", () => {
  it("keeps all when they fit, else the ends and equal steps", () => {
    expect(evenlySpaced(3, 5)).toEqual([0, 1, 2]);
    expect(evenlySpaced(0, 5)).toEqual([]);
    expect(evenlySpaced(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });
});

describe("viewPartition", () => {
  it("tells how unequal the clients are", () => {
    expect(
      viewPartition({
        classNames: ["cat", "dog"],
        histogram: [
          [1, 0],
          [2, 3],
          [0, 9],
        ],
      }),
    ).toEqual({
      kind: "class",
      names: ["cat", "dog"],
      rows: [
        { row: 0, counts: [1, 0] },
        { row: 1, counts: [2, 3] },
        { row: 2, counts: [0, 9] },
      ],
      ...{ clients: 3, examples: { least: 1, median: 5, most: 9 }, kindsPerClient: 1, folded: 0 },
    });
    expect(viewPartition({ classNames: [], histogram: [] })).toBeNull();
  });

  it("folds many clients and classes without losing examples", () => {
    const histogram = Array.from({ length: 500 }, () => new Array(100).fill(2));
    const view = viewPartition({ classNames: [], histogram })!;
    expect(view.rows).toHaveLength(limits.partitionClients);
    expect(view.names.at(-1)).toBe("61 more");
    expect(view.rows[7].counts).toEqual([...new Array(39).fill(2), 122]);
    expect(partitionNote(view)).toBe(
      "A client holds 200 to 200 examples (median 200) of 100 classes (median). " +
        `Shown are ${limits.partitionClients} of the 500 clients, evenly spaced. The last column adds up 61 classes.`,
    );
  });

  it("tells facts apart by their relations", () => {
    const view = viewPartition({
      classNames: ["dog", "cat"],
      relationNames: ["is a"],
      histogram: [[4], [6]],
    })!;
    expect(view).toMatchObject({ kind: "relation", names: ["is a"] });
    expect(partitionNote(view)).toBe("A client holds 4 to 6 examples (median 5) of 1 relations (median).");
  });
});

describe("digestRun", () => {
  const stamp = (bodies: readonly [number, EventBody][]): RunEvent[] =>
    bodies.map(([at, body], i) => ({ ...body, sequence: i + 1, at, wall: i }));
  const started = sampleLog({ clients: 3, rounds: 1 })[0];

  it("follows the clients of a round, also past its end", async () => {
    const trained = (client: string, virtualSeconds: number): EventBody => ({
      ...{ kind: "client-trained", round: 1, client, virtualSeconds, examples: 5, loss: 1 },
    });
    const outcome = (
      client: string,
      fate: "contributed" | "late" | "dropped",
      reason?: string,
    ): EventBody => ({
      ...{ kind: "client-outcome", round: 1, client, outcome: fate, ...(reason && { reason }) },
    });
    const { timelines, attendance, incidents } = await digestRun(
      stamp([
        [0, started],
        [5, { kind: "round-started", round: 1, attempt: 1, selected: ["a", "b", "c"] }],
        [7, trained("a", 1.5)],
        [9, { kind: "round-failed", round: 1, attempt: 1, code: "x", reason: "y" }],
        [10, { kind: "round-started", round: 1, attempt: 2, selected: ["a", "b", "c"] }],
        [11, trained("b", 4)],
        [12, { kind: "client-left", client: "c" }],
        [14, trained("a", 3)],
        [20, outcome("a", "contributed")],
        [20, outcome("b", "late")],
        [20, outcome("c", "dropped", "left")],
        [24, trained("b", 13.5)],
        [25, { kind: "late-answer", round: 1, client: "b" }],
        [26, { kind: "late-answer", round: 1, client: "b" }],
      ]),
    );
    expect(timelines).toEqual([
      {
        ...{ round: 1, attempt: 2, startedAt: 10, closed: 10, asked: 3 },
        spans: [
          { client: "c", fate: "dropped", reason: "left", ended: 2 },
          { client: "b", fate: "late", trained: [0.5, 14], ended: 15 },
          { client: "a", fate: "contributed", trained: [1, 4] },
        ],
      },
    ]);
    expect(attendance.rows).toEqual([
      { client: "a", corrupted: false, fates: ["contributed"] },
      { client: "b", corrupted: false, fates: ["late"] },
      { client: "c", corrupted: false, fates: ["dropped"] },
    ]);
    expect(incidents).toEqual({ resumes: 0, failedAttempts: 1, refused: 0 });
  });

  it("adds up what the rounds say", async () => {
    const { totals, summary } = await digestRun(sampleLog());
    expect(totals.selected).toBe(600);
    expect(totals.contributed + totals.late + totals.dropped + totals.rejected).toBe(600);
    expect(totals.uplinkBytes).toBe(summary.rounds.reduce((sum, round) => sum + round.uplinkBytes, 0));
  });
});

describe("renderReport", () => {
  it("shows the figures, the recipe and the command", async () => {
    const log = sampleLog();
    const text = await report(log);
    const last = log.findLast((event) => event.kind === "round-finished");
    expect(text).toContain(`<dd class="figure">${formatPercent(last?.accuracy ?? Number.NaN)}</dd>`);
    expect(text).toContain("npx coterie run recipe.yaml --seed 1");
    expect(text).toContain("  optimizer:\n    kind: sgd");
    expect(text.match(/<tr><td>\d+<\/td>/g)).toHaveLength(30);
  });

  it("is the same for the same log", async () => {
    expect(await report(sampleLog())).toBe(await report(sampleLog()));
  });

  it("takes nothing of the run for markup", async () => {
    const text = await report(sampleLog({ text: hostile, run: hostile, nameOf: (n) => hostile + n }));
    expect(text.match(/<\/?script/g)).toHaveLength(6);
    expect(text.includes("<img")).toBe(false);
    const both = await report(sampleLog({ run: hostile, text: hostile }), sampleLog());
    expect(both.includes("<img")).toBe(false);
  });

  it("says how an unfinished or failed run stands", async () => {
    const unfinished = sampleLog({ finished: false }).slice(0, 200);
    expect(await report(unfinished)).toContain("not finished</span>");
    const failed: RunEvent = {
      ...{ kind: "run-failed", code: "run.diverged", message: "The loss is no number.", round: 3 },
      ...{ sequence: 201, at: 0, wall: 0 },
    };
    expect(await report([...unfinished, failed])).toContain(
      "failed in round 3</span> The loss is no number. (run.diverged)",
    );
    expect(await report(unfinished.slice(0, 1))).toContain("not evaluated yet");
    await expect(report([])).rejects.toMatchObject({ code: "records.summary.empty" });
  });

  it("compares runs in one table and names what differs", async () => {
    const text = await report(sampleLog({ rate: 0.1 }), sampleLog({ rate: 0.2 }));
    expect(text).toContain("Comparison of 2 runs");
    expect(text).toContain('<th scope="col">local.optimizer.rate</th></tr>');
    expect(text).toContain("quickstart-20260304-050607 (2)");
  });

  it("stays small for many clients and rounds, and says what it left out", async () => {
    const text = await report(sampleLog({ clients: 3000, rounds: 60, classes: 100 }));
    expect(text.length).toBeLessThan(1_500_000);
    expect(text).toContain("At most 40 clients are shown");
    expect(text).toContain("50 of the 3,000 clients, evenly spaced");
    const long = await report(sampleLog({ clients: 5, rounds: 2000 }));
    expect(long.length).toBeLessThan(1_500_000);
    expect(long).toContain("400 of the 2,000 rounds are shown");
    expect(long).toContain("Shown are 100 of the 2,000 rounds");
    const runs = Array.from({ length: 30 }, (_, i) => sampleLog({ rounds: 2, run: `run-${i}` }));
    expect(await report(...runs)).toContain("Only the first 24 are shown");
  });
});

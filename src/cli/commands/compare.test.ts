/** The comparison with another runner, whose runs come out as the test wants them. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { RunError } from "../../errors.ts";
import { openSqliteStore, runFolder } from "../../records/node/index.ts";
import type { Advice } from "../../records/report/advice.ts";
import { sampleLog } from "../../testing/sample-log.ts";
import { runProgram } from "../program.ts";
import type { Runner } from "../runner.ts";

const root = await mkdtemp(join(tmpdir(), "coterie-compare-"));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Writes a made-up log; under a sign flip the mean diverges. */
const runner: Runner = async function* ({ aggregator, adversary }, { folder }) {
  await mkdir(folder!, { recursive: true });
  await using store = openSqliteStore(runFolder(folder!).events);
  const attack = adversary && { ...adversary, active: { from: 1 } };
  const log = sampleLog({ rounds: 3, aggregator, ...(attack && { adversary: attack, damage: 0.4 }) });
  const diverges = aggregator.kind === "mean" && adversary?.kind === "sign-flip";
  if (!diverges) {
    await store.append(log);
    yield* log;
    return;
  }
  const message = "The loss of client-3 is NaN in round 2.";
  const failed = { kind: "run-failed", code: "run.diverged", message, round: 2 } as const;
  await store.append([...log.slice(0, -1), { ...failed, sequence: log.length, at: 0, wall: 0 }]);
  throw new RunError("run.diverged", message);
};

async function compare(out: string, ...words: string[]) {
  const streams = { out: new PassThrough(), err: new PassThrough() };
  const folder = join(root, out);
  const code = await runProgram(["compare", "quickstart", ...words, "--out", folder], runner, streams);
  const [text, told] = [streams.out, streams.err].map((stream) => String(stream.read() ?? ""));
  return { code, out: text, err: told, folder };
}

const rules = ["--sweep", "aggregator={kind: mean},{kind: median, byzantine: 2}"];
const flip = "{kind: sign-flip, fraction: 0.2}";

test("ends with a line of advice per defence, and has it in its JSON", async () => {
  const sweep = [...rules, "--sweep", "adversary=null,{kind: alie, fraction: 0.2}"];
  const { code, out, err, folder } = await compare("advice", ...sweep);
  expect(code, err).toBe(0);
  const lines = out.trim().split("\n");
  expect(lines.slice(-3)).toEqual([
    `report ${join(folder, "report.html")}`,
    expect.stringMatching(
      /^mean: the only attack met was alie at 20 % \(accuracy [\d.]+ %\); accuracy without/,
    ),
    expect.stringMatching(
      /^median: the only attack met was alie at 20 % .*; without attack as accurate as the mean .*, as long as with the mean\.$/,
    ),
  ]);
  const json = await compare("json", ...sweep, "--json");
  const { runs, failures, advice } = JSON.parse(json.out) as {
    runs: unknown[];
    failures: unknown[];
    advice: Advice[];
  };
  expect([runs.length, failures.length]).toEqual([4, 0]);
  expect(advice.map(({ sentence }) => sentence)).toEqual(lines.slice(-2));
  expect(advice[1]).toMatchObject({ defence: "median", worstAttack: "alie at 20 %", lossWithoutAttack: 0 });
  expect(json.err).toContain(lines.at(-1));
});

test("goes on after a run that failed, and says so", async () => {
  const { code, out, err, folder } = await compare("failed", ...rules, "--sweep", `adversary=null,${flip}`);
  expect(code, err).toBe(0);
  expect(err).toContain("The loss of client-3 is NaN in round 2.");
  expect(out).toMatch(/^aggregator=\{kind: mean\} adversary=\{kind: sign-flip, fraction: 0.2\} +failed /m);
  expect(out).toMatch(/^mean: .*runs failed \(sign-flip at 20 %\)/m);
  expect(existsSync(join(folder, "report.html"))).toBe(true);
  const json = await compare("failed-json", ...rules, "--set", `adversary=${flip}`, "--json");
  const { runs, failures } = JSON.parse(json.out) as { runs: unknown[]; failures: unknown[] };
  expect(runs).toHaveLength(1);
  expect(failures).toEqual([
    expect.objectContaining({ run: "aggregator={kind: mean}", code: "run.diverged" }),
  ]);
});

test("fails when every run does", async () => {
  const { code, out } = await compare("all", "--sweep", "seed=1,2", "--set", `adversary=${flip}`, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "run.diverged" } });
});

test("keeps its advice to itself where nobody cheats", async () => {
  const { out, folder } = await compare("plain", "--sweep", "seed=1,2");
  expect(out.trim().split("\n").at(-1)).toBe(`report ${join(folder, "report.html")}`);
});

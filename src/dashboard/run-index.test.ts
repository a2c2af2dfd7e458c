import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EventBody, RunEvent } from "../records/index.ts";
import { lockRun } from "../records/node/index.ts";
import { sampleLog } from "../testing/sample-log.ts";
import { RunIndex } from "./run-index.ts";
import { realLog, writeRun } from "./testing/test-dashboard.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "coterie-index-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const log = sampleLog({ rounds: 5, clients: 4, finished: false });
const rounds = log.filter((event) => event.kind === "round-finished");
const stamp = (body: EventBody, sequence: number): RunEvent => ({ ...body, sequence, at: 0, wall: 1 });
const failure: EventBody = { kind: "run-failed", code: "run.failed", message: "It broke.", round: 2 };
const endOfRound = (round: number) => rounds[round - 1].sequence;

test("knows the state of a run by its log's end and its lock", async () => {
  const index = new RunIndex(root);
  const stateOf = async (name: string) => (await index.list()).find(({ run }) => run === name)?.state;

  const folder = await writeRun(root, "a", log.slice(0, 9));
  expect(await stateOf("a")).toBe("interrupted");
  const lock = lockRun(folder.lock);
  await writeRun(root, "a", [log[9]]);
  expect(await stateOf("a")).toBe("running");
  lock.release();
  expect(await stateOf("a")).toBe("interrupted");
  await writeRun(root, "a", [stamp(failure, 11)]);
  expect(await stateOf("a")).toBe("failed");

  await writeRun(root, "b", realLog({ rounds: 2 }));
  expect(await stateOf("b")).toBe("finished");
});

test("follows a log as it grows, also when a resume takes something back", async () => {
  const index = new RunIndex(root);
  const seen = async () => {
    const [{ finished, accuracy, best, traffic, sequence }] = await index.list();
    return { finished, accuracy, best, uplink: traffic.uplinkBytes, sequence };
  };
  const expected = (done: number[], sequence: number) => {
    const counted = done.map((round) => rounds[round - 1]);
    const accuracies = counted.map(({ accuracy }) => accuracy!);
    return {
      ...{ finished: done.length, sequence, accuracy: accuracies.at(-1), best: Math.max(...accuracies) },
      uplink: counted.reduce((sum, { uplinkBytes }) => sum + uplinkBytes, 0),
    };
  };
  await writeRun(root, "a", log.slice(0, endOfRound(2)));
  expect(await seen()).toEqual(expected([1, 2], endOfRound(2)));
  await writeRun(root, "a", log.slice(endOfRound(2), endOfRound(3)));
  expect(await seen()).toEqual(expected([1, 2, 3], endOfRound(3)));

  let last = endOfRound(3);
  await writeRun(root, "a", [stamp({ kind: "run-resumed", after: endOfRound(1) }, last + 1)]);
  expect(await seen()).toEqual(expected([1], last + 1));
  // A worse round: the best one is no longer part of the history.
  const worse = { ...rounds[1], accuracy: 0.01, sequence: last + 2 };
  await writeRun(root, "a", [worse, { ...rounds[2], accuracy: null, sequence: last + 3 }]);
  last += 3;
  expect(await seen()).toMatchObject({
    finished: 3,
    accuracy: 0.01,
    best: rounds[0].accuracy,
    sequence: last,
  });
});

test("tells the same of a finished run as of the same run before its last event", async () => {
  const whole = realLog({ rounds: 7 });
  await writeRun(root, "a", whole.slice(0, -1));
  const [before] = await new RunIndex(root).list();
  await writeRun(root, "a", whole.slice(-1));
  const [after] = await new RunIndex(root).list();
  const { wall, sequence } = whole.at(-1)!;
  const { lastRound } = after;
  expect(before.lastRound).toMatchObject(lastRound!);
  const end = { state: "finished", end: "finished", updatedAt: wall, sequence };
  expect(after).toEqual({ ...before, ...end, lastRound });
});

test("takes a folder that was removed and made anew for another run", async () => {
  const index = new RunIndex(root);
  await writeRun(root, "a", log.slice(0, endOfRound(2)));
  await index.list();
  rmSync(join(root, "a"), { recursive: true });
  const other = sampleLog({ rounds: 5, clients: 7, finished: false });
  await writeRun(root, "a", other);
  expect(await index.list()).toMatchObject([{ run: "a", clients: 7, finished: 5 }]);
});

test("passes over what is no run", async () => {
  const index = new RunIndex(join(root, "absent"));
  expect(await index.list()).toEqual([]);
  for (const name of ["foreign", "empty", "hollow"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "foreign", "events.sqlite"), "not a database, but long enough to be looked at");
  writeFileSync(join(root, "empty", "events.sqlite"), "");
  writeFileSync(join(root, "file"), "");
  await writeRun(root, "headless", [stamp({ kind: "client-joined", client: "x" }, 1)]);
  await writeRun(root, "good", log);
  expect((await new RunIndex(root).list()).map(({ run }) => run)).toEqual(["good"]);
});

test("lists the latest thousand of many runs, and again without opening them", async () => {
  await writeRun(root, "run-0", realLog({ rounds: 3, clients: 3 }));
  for (let i = 1; i < 1003; i++) cpSync(join(root, "run-0"), join(root, `run-${i}`), { recursive: true });
  const index = new RunIndex(root);
  const first = await index.list();
  expect(first).toHaveLength(1000);
  expect(first.map(({ run }) => run)).not.toContain("run-0");

  const timed = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const opening = await timed(() => new RunIndex(root).list());
  const again = await timed(() => index.list());
  expect(again).toBeLessThan(opening / 2);
  expect(await index.list()).toEqual(first);
});

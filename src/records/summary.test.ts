import { describe, expect, it } from "vitest";
import type { EventBody, RunEvent } from "./events.ts";
import { openMemoryStore } from "./memory-store.ts";
import { summarize } from "./summary.ts";

const started: EventBody = {
  ...{ kind: "run-started", run: "r-1", recipe: { name: "quickstart" }, seed: 7, task: "mnist-mlp" },
  ...{ clients: 2, parameters: 10, rounds: 9, versions: {}, machine: { cpu: "x", cores: 1, workers: 1 } },
  ...{ classNames: [], histogram: [] },
};
const traffic = { uplinkBytes: 4, downlinkBytes: 5, clientToClientBytes: 0 };
const counts = { selected: 2, contributed: 1, late: 0, dropped: 1, rejected: 0 };
const finished = (round: number, accuracy: number | null): EventBody => ({
  ...{ kind: "round-finished", round, accuracy, loss: accuracy === null ? null : 1 - accuracy },
  ...{ virtualSeconds: 5, wallSeconds: 1, ...traffic, ...counts },
});
/** Stamps bodies: half a simulated second and two wall seconds apart. */
const log = (...bodies: EventBody[]): RunEvent[] =>
  bodies.map((body, i) => ({ ...body, sequence: i + 1, at: i / 2, wall: 1000 + i * 2000 }));

describe("summarize", () => {
  it("derives the rounds, the final and the best of them", () => {
    const summary = summarize(
      log(started, finished(1, 0.5), finished(2, 0.9), finished(3, 0.9), finished(4, 0.8), finished(5, null)),
    );
    expect(summary).toEqual({
      ...{
        run: "r-1",
        fabric: "simulated",
        recipe: "quickstart",
        seed: 7,
        task: "mnist-mlp",
        clients: 2,
        parameters: 10,
      },
      rounds: [0.5, 0.9, 0.9, 0.8, null].map((accuracy, i) => ({
        ...{ round: i + 1, accuracy, loss: accuracy === null ? null : 1 - accuracy },
        ...{ virtualSeconds: 5, wallSeconds: 1, ...traffic, ...counts },
      })),
      final: { accuracy: 0.8, loss: 1 - 0.8, round: 4 },
      best: { round: 2, accuracy: 0.9 },
      virtualSeconds: 2.5,
      wallSeconds: 10,
    });
  });

  it("has no final figures before the first evaluation", () => {
    expect(summarize(log(started))).toMatchObject({ rounds: [], final: null, best: null });
  });

  it("counts each round once after a resume, and no pause", async () => {
    await using store = openMemoryStore();
    const events = log(started, finished(1, 0.1), finished(2, 0.2), finished(3, 0.3));
    const [resumed, again] = log({ kind: "run-resumed", after: 2 }, finished(2, 0.2)).map((event) => ({
      ...event,
      sequence: event.sequence + 4,
      wall: event.wall + 1e9,
    }));
    await store.append([...events, resumed, again]);
    const summary = summarize(await store.readAll());
    expect(summary.rounds.map(({ round }) => round)).toEqual([1, 2]);
    expect(summary.wallSeconds).toBe(4);
  });

  it("refuses a log without a start", () => {
    expect(() => summarize([])).toThrowError(expect.objectContaining({ code: "records.summary.empty" }));
    expect(() => summarize(log(finished(1, 0.5)))).toThrowError(
      expect.objectContaining({ code: "records.summary.empty" }),
    );
  });
});

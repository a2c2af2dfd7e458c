import { expect, test } from "vitest";
import { newestMeasured, noProgress, progressAfter } from "./progress.ts";

type ProgressEvent = Parameters<typeof progressAfter>[1];

const started = (round: number): ProgressEvent => ({ kind: "round-started", round, bytes: 100 });
const trained = (round: number, loss: number): ProgressEvent => ({
  ...{ kind: "trained", round, loss },
  ...{ seconds: 2, examples: 50 },
});
const closed = (round: number, accepted: boolean): ProgressEvent => ({
  ...{ kind: "round-closed", round, accepted },
});
const after = (...events: ProgressEvent[]) => events.reduce(progressAfter, noProgress);

test("a round goes from training to counted", () => {
  expect(after(started(1)).activity).toBe("training");
  expect(after(started(1), trained(1, 0.5)).activity).toBe("sent");
  const done = after(started(1), trained(1, 0.5), closed(1, true));
  expect(done).toMatchObject({
    activity: "idle",
    rounds: [{ round: 1, trained: { loss: 0.5, examples: 50, seconds: 2 }, counted: true }],
  });
});

test("a round that is tried again is two parts, and the later one is amended", () => {
  const { rounds } = after(started(1), closed(1, false), started(1), trained(1, 0.5), closed(1, true));
  expect(rounds.map(({ counted }) => counted)).toEqual([false, true]);
  expect(rounds[0].trained).toBeUndefined();
});

test("a round that was missed altogether changes no other", () => {
  expect(after(started(1), closed(1, true), closed(2, false)).rounds).toEqual([{ round: 1, counted: true }]);
});

test("of what rounds have made of the own model, the newest that was not in vain is told", () => {
  const figures = { accuracy: 0.25, loss: 3, examples: 6 };
  const measured = (round: number): ProgressEvent => ({ kind: "measured", round, ...figures });
  const newest = (...events: ProgressEvent[]) => newestMeasured(after(...events).rounds);
  expect(newest(started(1), trained(1, 0.5))).toBeUndefined();
  const one = [started(1), trained(1, 0.5), measured(1)];
  expect(newest(...one)).toEqual({ round: 1, ...figures });
  const two = [...one, closed(1, true), started(2), measured(2)];
  expect(newest(...two)).toMatchObject({ round: 2 });
  expect(newest(...two, closed(2, false), started(2))).toMatchObject({ round: 1 });
});

test("a server that asks anew ends the waiting for the old round", () => {
  expect(after(started(1), { kind: "ready" }).activity).toBe("idle");
});

import { expect, test } from "vitest";
import type { Effect, Input } from "../party.ts";
import { encodeMessage } from "../wire/frame.ts";
import { Host } from "./host.ts";

type Script = (input: Input<string>) => Effect<string, string>[];

/** A host of a scripted party; jobs end when the test says so, timers wake when the test says so. */
function hostOf(script: Script) {
  const inputs: Input<string>[] = [];
  const events: string[] = [];
  const ends: unknown[] = [];
  const sent: Uint8Array[] = [];
  const timers: { wake: () => void; cancelled: boolean }[] = [];
  const jobs: { name: string; finish: (result: string) => void; fail: (error: Error) => void }[] = [];
  const host = new Host<string, string, string>({
    party: {
      handle(input) {
        inputs.push(input);
        return script(input);
      },
      snapshot: () => null,
      restore: () => {},
    },
    clock: {
      now: () => 7,
      after: (_seconds, wake) => {
        const timer = { wake, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
    send: (_to, frame) => sent.push(frame),
    execute: (name) => new Promise((resolve, reject) => jobs.push({ name, finish: resolve, fail: reject })),
    record: (event, at) => events.push(`${event} at ${at}`),
    refuse: () => {},
    finish: (error) => ends.push(error),
  });
  return { host, inputs, events, ends, sent, timers, jobs };
}

const job = (name: string): Effect<string, string> => ({ kind: "job", id: "work", round: 1, job: name });
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("only the latest job of an id is heard, and none that was abandoned", async () => {
  const { host, inputs, jobs } = hostOf((input) => {
    if (input.kind === "start") return [job("first"), job("second")];
    return input.kind === "joined" ? [{ kind: "abandon", id: "work" }] : [];
  });
  host.start();
  jobs[0].finish("stale");
  await settled();
  expect(inputs.map(({ kind }) => kind)).toEqual(["start"]);
  jobs[1].finish("fresh");
  await settled();
  expect(inputs.at(-1)).toEqual({ kind: "done", id: "work", result: "fresh" });

  const abandoned = hostOf((input) =>
    input.kind === "start" ? [job("a")] : [{ kind: "abandon", id: "work" }],
  );
  abandoned.host.start();
  abandoned.host.joined("x");
  abandoned.jobs[0].finish("too late");
  await settled();
  expect(abandoned.inputs.map(({ kind }) => kind)).toEqual(["start", "joined"]);
});

test("a timer set again replaces the first, and a cancelled one never wakes", () => {
  const { host, timers } = hostOf((input) => {
    const timer: Effect<string, string> = { kind: "timer", id: "t", after: 1 };
    return input.kind === "start" ? [timer, timer] : [{ kind: "cancel", id: "t" }];
  });
  host.start();
  expect(timers.map(({ cancelled }) => cancelled)).toEqual([true, false]);
  host.joined("x");
  expect(timers[1].cancelled).toBe(true);
});

test("an answer that comes while effects are carried out waits for its turn", () => {
  const order: string[] = [];
  const frame = encodeMessage({ kind: "answer", round: 1 });
  // The peer answers within the call of `send`.
  const answering = new Host<string, string, string>({
    party: {
      handle: (input) => {
        order.push(input.kind);
        return input.kind === "start"
          ? [
              { kind: "send", to: ["peer"], message: { kind: "question", round: 1 } },
              { kind: "record", event: "recorded" },
            ]
          : [];
      },
      snapshot: () => null,
      restore: () => {},
    },
    clock: { now: () => 0, after: () => () => {} },
    send: () => answering.receive("peer", frame),
    execute: () => Promise.reject(new Error("unused")),
    record: (event) => order.push(event),
    refuse: () => {},
    finish: () => {},
  });
  answering.start();
  expect(order).toEqual(["start", "recorded", "message"]);
});

test("a failed job ends the host once, and then nothing happens any more", async () => {
  const { host, ends, inputs, jobs, timers, sent } = hostOf((input) =>
    input.kind === "start" ? [job("breaks"), { kind: "timer", id: "t", after: 1 }] : [],
  );
  host.start();
  jobs[0].fail(new Error("out of memory"));
  await settled();
  expect(ends).toMatchObject([{ message: "out of memory" }]);
  expect(timers[0].cancelled).toBe(true);
  host.joined("x");
  host.receive("x", encodeMessage({ kind: "m", round: 1 }));
  host.close();
  expect(inputs).toHaveLength(1);
  expect(ends).toHaveLength(1);
  expect(sent).toHaveLength(0);
});

test("effects behind a finish are not carried out", () => {
  const { host, events, ends } = hostOf(() => [
    { kind: "record", event: "last words" },
    { kind: "finish" },
    { kind: "record", event: "from the grave" },
  ]);
  host.start();
  expect(events).toEqual(["last words at 7"]);
  expect(ends).toEqual([undefined]);
});

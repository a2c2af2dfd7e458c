import { expect, test, vi } from "vitest";
import type { Clock } from "../runtime/host/clock.ts";
import { createProgramBundle } from "./create-program-bundle.ts";
import type { Loop, TensorData } from "./engine.ts";
import { onnxLoweredEngine } from "./node/onnx-engine.ts";
import { chooseEngine, type EngineCandidate } from "./probe.ts";
import { findTask } from "./tasks/registry.ts";

const bundle = createProgramBundle({
  task: findTask("tabular-mlp").task,
  spec: { shape: [4], classes: 3 },
  work: { epochs: 1, batch: 8, optimizer: { kind: "sgd", rate: 0.1, momentum: 0.9 } },
});

/** A clock turned by hand; `after` wakes when the hand passes. */
class HandClock implements Clock {
  #now = 0;
  readonly #waiting = new Map<() => void, number>();

  now(): number {
    return this.#now;
  }

  after(seconds: number, wake: () => void): () => void {
    this.#waiting.set(wake, this.#now + seconds);
    return () => this.#waiting.delete(wake);
  }

  turn(seconds: number): void {
    this.#now += seconds;
    for (const [wake, at] of [...this.#waiting]) {
      if (at > this.#now) continue;
      this.#waiting.delete(wake);
      wake();
    }
  }
}

/** How an engine behaves: when it answers, and what. A call is 8 steps, but for the first. */
interface Behaviour {
  readonly clock: HandClock;
  /** Seconds of the k-th call, from 0; the first two are the compared step and the warm-up. */
  readonly seconds: (call: number) => number;
  /** What becomes of true losses and of a true state. */
  readonly loss?: (x: number) => number;
  readonly state?: (x: number) => number;
}

const disposed = vi.fn();

/** ONNX Runtime's true answers at made-up times. */
function engine(
  name: string,
  { clock, seconds, loss = (x) => x, state = (x) => x }: Behaviour,
): EngineCandidate {
  return {
    name,
    open: async () => {
      const loop = await onnxLoweredEngine.open(bundle.training);
      const changed = (arrays: readonly TensorData[], change: (x: number) => number) =>
        arrays.map((array) => array.map(change));
      let call = 0;
      clock.turn(0.5);
      return {
        start: (carry, constants) => loop.start(carry, constants),
        step: async (inputs) => {
          const answer = await loop.step(inputs);
          clock.turn(seconds(call++));
          return changed(answer, loss);
        },
        carry: async () => changed(await loop.carry(), state),
        [Symbol.dispose]: () => {
          disposed(name);
          loop[Symbol.dispose]();
        },
      } satisfies Loop;
    },
  };
}

const choose = (clock: Clock, ...candidates: EngineCandidate[]) =>
  chooseEngine(candidates, { bundle, clock });

test("the fastest by the median wins, whatever loading, warming up and stray calls cost", async () => {
  const clock = new HandClock();
  disposed.mockClear();
  const slow = engine("slow", { clock, seconds: () => 0.4 });
  const fast = engine("fast", { clock, seconds: (call) => (call < 2 ? 20 : call === 3 ? 0.5 : 0.125) });
  const same = engine("same", { clock, seconds: () => 0.125 });
  const { chosen, measurements } = await choose(clock, slow, fast, same);
  expect(chosen).toBe(fast);
  expect(measurements).toEqual([
    { name: "slow", secondsPerStep: expect.closeTo(0.05), secondsToStart: expect.closeTo(0.9) },
    { name: "fast", secondsPerStep: 1 / 64, secondsToStart: expect.closeTo(20.5) },
    { name: "same", secondsPerStep: 1 / 64, secondsToStart: expect.closeTo(0.625) },
  ]);
  expect(disposed.mock.calls.flat()).toEqual(["slow", "fast", "same"]);
});

test("an engine is timed for about a second, and at least one call", async () => {
  const clock = new HandClock();
  const calls: number[] = [];
  const counted = (seconds: number) =>
    engine("counted", {
      clock,
      seconds: (call) => {
        calls.push(call);
        return seconds;
      },
    });
  await choose(clock, counted(0.25));
  expect(calls.length).toBe(2 + 4);
  calls.length = 0;
  await choose(clock, counted(7));
  expect(calls.length).toBe(2 + 1);
});

const nan = () => Number.NaN;
const lies: [string, Pick<Behaviour, "loss" | "state">][] = [
  ["loss is NaN", { loss: nan }],
  ["loss is a little off", { loss: (x) => 1.05 * x }],
  ["state is NaN", { state: nan }],
  ["state is infinite", { state: () => Number.POSITIVE_INFINITY }],
  ["state is zero", { state: () => 0 }],
  ["state is a little off", { state: (x) => 1.05 * x }],
];
test.each(lies)("an engine whose %s loses, however fast it is", async (_, lie) => {
  const clock = new HandClock();
  const honest = engine("honest", { clock, seconds: () => 0.4 });
  const liar = engine("liar", { clock, seconds: () => 0.001, ...lie });
  const { chosen, measurements } = await choose(clock, honest, liar);
  expect(chosen).toBe(honest);
  expect(measurements[1]).toEqual({ name: "liar", failure: expect.stringContaining("results") });
});

test("rounding is no lie", async () => {
  const rounding = (x: number) => x * (1 + 1e-7);
  const clock = new HandClock();
  const honest = engine("honest", { clock, seconds: () => 0.4 });
  const rounded = engine("rounded", { clock, seconds: () => 0.1, loss: rounding, state: rounding });
  expect((await choose(clock, honest, rounded)).chosen).toBe(rounded);
});

test("an engine that gives NaN is no measure for the others", async () => {
  const clock = new HandClock();
  const broken = engine("broken", { clock, seconds: () => 0.1, loss: nan });
  const honest = engine("honest", { clock, seconds: () => 0.4 });
  expect((await choose(clock, broken, honest)).chosen).toBe(honest);
});

test("an engine that fails or hangs is passed over, with the reason", async () => {
  const clock = new HandClock();
  disposed.mockClear();
  const failing = { name: "failing", open: () => Promise.reject(new Error("no adapter")) };
  const late = Promise.withResolvers<Loop>();
  const hanging = {
    name: "hanging",
    open: () => {
      setTimeout(() => clock.turn(31));
      return late.promise;
    },
  };
  const stuck = engine("stuck", { clock, seconds: (call) => (call === 2 ? 31 : 0.1) });
  const good = engine("good", { clock, seconds: () => 0.4 });
  const { chosen, measurements } = await choose(clock, failing, hanging, stuck, good);
  expect(chosen).toBe(good);
  expect(measurements).toMatchObject([
    { name: "failing", failure: "no adapter" },
    { name: "hanging", failure: "no answer within 30 seconds" },
    { name: "stuck", failure: "no answer within 30 seconds" },
    { name: "good" },
  ]);
  // One that opens after all is closed again.
  late.resolve(await engine("late", { clock, seconds: () => 0 }).open());
  await vi.waitFor(() => expect(disposed).toHaveBeenCalledWith("late"));
});

test("when no engine works, the error says why of each", async () => {
  const clock = new HandClock();
  const failing = (name: string, why: string) => ({ name, open: () => Promise.reject(new Error(why)) });
  await expect(
    choose(clock, failing("wasm", "out of memory"), failing("webgpu", "lost")),
  ).rejects.toMatchObject({
    name: "RunError",
    code: "learn.probe.none",
    message: expect.stringContaining("wasm: out of memory; webgpu: lost"),
  });
  await expect(choose(clock)).rejects.toMatchObject({ code: "learn.probe.none" });
});

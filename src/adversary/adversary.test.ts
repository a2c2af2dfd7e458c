import { expect, test } from "vitest";
import type { EvaluateJob, EvaluateResult, Trainer, TrainJob, TrainResult } from "../learn/training.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { Adversary, type AdversaryOptions } from "./adversary.ts";
import type { Attack, View } from "./attack.ts";

const work = { epochs: 1, batch: 1, optimizer: { kind: "sgd", rate: 1 } } as const;

/** A client's update is its shard number, blended as worker momentum asks; every job is written down. */
class NotingTrainer implements Trainer {
  readonly jobs: TrainJob[] = [];

  run(job: TrainJob): Promise<TrainResult>;
  run(job: EvaluateJob): Promise<EvaluateResult>;
  async run(job: TrainJob | EvaluateJob): Promise<TrainResult | EvaluateResult> {
    if (job.kind === "evaluate") return { kind: "evaluate", examples: 1, loss: 0, accuracy: 0.5 };
    this.jobs.push(job);
    const beta = job.work.workerMomentum ?? 0;
    const update = Float32Array.of(beta * (job.sentLast?.[0] ?? 0) + (1 - beta) * job.shard);
    return { kind: "train", update, examples: 10, steps: 1, loss: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Sends 100, and shows what it was shown. */
function spy(view: "own" | "omniscient", seen: View[] = []): Attack<number> {
  return {
    kind: "spy",
    view,
    forge(shown, state = 0) {
      seen.push(shown);
      return { vectors: shown.own.map(() => Float32Array.of(-100 - state)), state: state + 1 };
    },
  };
}

function adversaryOf(trainer: Trainer, options: Partial<AdversaryOptions> = {}): Adversary {
  return new Adversary({
    scheme: { attack: spy("own") },
    corrupted: new Set([1, 3]),
    isActive: () => true,
    trainer,
    seedOf: (shard, round) => 1000 * round + shard,
    random: SimulationRandom.fromSeed(1),
    ...options,
  });
}

function jobFor(shard: number, round = 1, more: Partial<TrainJob> = {}): TrainJob {
  const seed = 1000 * round + shard;
  return { kind: "train", round, shard, parameters: Float32Array.of(0), work, seed, ...more };
}

test("an attack with a view of its own clients has no honest client train for it", async () => {
  const trainer = new NotingTrainer();
  const seen: View[] = [];
  const adversary = adversaryOf(trainer, { scheme: { attack: spy("own", seen) } });
  adversary.opened(1, [0, 1, 2, 3]);
  const { update, forged } = await adversary.run(jobFor(1));
  expect([update[0], forged]).toEqual([100, true]);
  expect(trainer.jobs.map(({ shard }) => shard)).toEqual([1, 3]);
  // In the gradient convention an update is turned round.
  expect(seen[0].own.map(([value]) => value)).toEqual([-1, -3]);
  expect([seen[0].honest, seen[0].participants]).toEqual([[], 4]);
});

test("only those who were asked in the round are seen", async () => {
  const seen: View[] = [];
  const adversary = adversaryOf(new NotingTrainer(), { scheme: { attack: spy("omniscient", seen) } });
  adversary.opened(1, [0, 3, 4]);
  await adversary.run(jobFor(3));
  expect(seen[0].own.map(([value]) => value)).toEqual([-3]);
  expect(seen[0].honest.map(([value]) => value)).toEqual([-0, -4]);
});

test("what an omniscient adversary works out is what honest clients send, and nobody trains twice", async () => {
  const trainer = new NotingTrainer();
  const adversary = adversaryOf(trainer, { scheme: { attack: spy("omniscient") } });
  adversary.opened(1, [0, 1, 2, 3]);
  const before = await adversary.run(jobFor(0));
  await Promise.all([adversary.run(jobFor(1)), adversary.run(jobFor(3))]);
  const after = await adversary.run(jobFor(2));
  expect([before.update[0], after.update[0]]).toEqual([0, 2]);
  expect([before.forged, after.forged]).toEqual([undefined, undefined]);
  expect(trainer.jobs.map(({ shard }) => shard).sort()).toEqual([0, 1, 2, 3]);
  expect(new Set(trainer.jobs.map(({ seed }) => seed))).toEqual(new Set([1000, 1001, 1002, 1003]));
});

test("in rounds without attack the corrupted clients are honest", async () => {
  const adversary = adversaryOf(new NotingTrainer(), { isActive: (round) => round > 1 });
  adversary.opened(1, [0, 1]);
  expect((await adversary.run(jobFor(1))).update[0]).toBe(1);
  adversary.opened(2, [0, 1]);
  expect((await adversary.run(jobFor(1, 2))).update[0]).toBe(100);
});

test("a round that is tried again is forged anew, from what the attack knew before it", async () => {
  const trainer = new NotingTrainer();
  const seen: View[] = [];
  const adversary = adversaryOf(trainer, { scheme: { attack: spy("own", seen) } });
  const forgedIn = async (round: number, cohort: number[]) => {
    adversary.opened(round, cohort);
    const { update } = await adversary.run(jobFor(1, round));
    adversary.trained(round, 1);
    return update[0];
  };
  expect(await forgedIn(1, [0, 1])).toBe(100);
  expect(await forgedIn(1, [0, 1, 3])).toBe(100);
  expect(await forgedIn(2, [0, 1])).toBe(101);
  expect(seen.map(({ own }) => own.length)).toEqual([1, 2, 1]);
  expect(trainer.jobs.filter(({ round }) => round === 1).map(({ shard }) => shard)).toEqual([1, 3]);
});

test("under worker momentum the adversary's clients keep the momentum of honest ones", async () => {
  const momentum = { ...work, workerMomentum: 0.5 };
  const seen: View[] = [];
  const adversary = adversaryOf(new NotingTrainer(), { scheme: { attack: spy("own", seen) } });
  let state = adversary.snapshot();
  for (const round of [1, 2, 3]) {
    // A run that is resumed after every round goes on as it was.
    const resumed = adversaryOf(new NotingTrainer(), { scheme: { attack: spy("own", seen) } });
    resumed.restore(state);
    resumed.opened(round, [1]);
    const sentLast = Float32Array.of(99 + round);
    const { update } = await resumed.run(jobFor(1, round, { work: momentum, sentLast }));
    expect(update[0]).toBe(99 + round);
    resumed.trained(round, 1);
    state = resumed.snapshot();
  }
  expect(seen.map(({ own }) => own[0][0])).toEqual([-0.5, -0.75, -0.875]);
});

test("an honest client that sent something since the round was opened sends what it learns from there", async () => {
  const momentum = { ...work, workerMomentum: 0.5 };
  const trainer = new NotingTrainer();
  const seen: View[] = [];
  const adversary = adversaryOf(trainer, { scheme: { attack: spy("omniscient", seen) } });
  adversary.opened(1, [0, 1, 2]);
  await adversary.run(jobFor(1, 1, { work: momentum }));
  const sentLast = Float32Array.of(8);
  const { update } = await adversary.run(jobFor(2, 1, { work: momentum, sentLast }));
  expect(update[0]).toBe(5);
  expect(seen[0].honest.map(([value]) => value)).toEqual([-0, -1]);
  // And that is what the adversary knows of it in the next round.
  adversary.trained(1, 2);
  adversary.opened(2, [1, 2]);
  await adversary.run(jobFor(1, 2, { work: momentum }));
  expect(seen[1].honest.map(([value]) => value)).toEqual([-3.5]);
});

test("what an adversary knew of a client does not change while a round is open", async () => {
  const momentum = { ...work, workerMomentum: 0.5 };
  const seen: View[] = [];
  const adversary = adversaryOf(new NotingTrainer(), { scheme: { attack: spy("own", seen) } });
  adversary.opened(1, [1, 3]);
  await adversary.run(jobFor(1, 1, { work: momentum }));
  adversary.trained(1, 1);
  adversary.opened(2, [1, 3]);
  // A straggler of the first round.
  adversary.trained(1, 3);
  await adversary.run(jobFor(1, 2, { work: momentum }));
  expect(seen[1].own.map(([value]) => value)).toEqual([-0.75, -1.5]);
});

test("where only finite numbers can be sent, lies are as large as numbers get", async () => {
  const attack: Attack = {
    kind: "huge",
    view: "own",
    forge: () => ({
      vectors: [
        Float32Array.of(Number.NEGATIVE_INFINITY, Number.NaN),
        Float32Array.of(Number.POSITIVE_INFINITY, 1),
      ],
    }),
  };
  const adversary = adversaryOf(new NotingTrainer(), { scheme: { attack }, finite: true });
  adversary.opened(1, [1, 3]);
  expect([...(await adversary.run(jobFor(1))).update]).toEqual([Math.fround(3.4e38), 0]);
  expect([...(await adversary.run(jobFor(3))).update]).toEqual([Math.fround(-3.4e38), -1]);
});

test("corrupted clients train on poisoned shards, and their update is their own", async () => {
  const adversary = adversaryOf(new NotingTrainer(), { scheme: { poisoned: new Map([[1, 7]]) } });
  adversary.opened(1, [0, 1]);
  const { update, forged } = await adversary.run(jobFor(1));
  expect([update[0], forged]).toEqual([7, undefined]);
});

test("a corrupted client whose training diverges says so, and the others attack without it", async () => {
  const trainer = new NotingTrainer();
  const run = trainer.run.bind(trainer);
  trainer.run = (async (job: TrainJob) => {
    const result = await run(job);
    return job.shard === 3 ? { ...result, update: Float32Array.of(Number.NaN) } : result;
  }) as typeof trainer.run;
  const seen: View[] = [];
  const adversary = adversaryOf(trainer, { scheme: { attack: spy("own", seen) } });
  adversary.opened(1, [1, 3]);
  expect((await adversary.run(jobFor(3))).forged).toBeUndefined();
  expect((await adversary.run(jobFor(1))).update[0]).toBe(100);
  expect(seen[0].own.length).toBe(1);
});

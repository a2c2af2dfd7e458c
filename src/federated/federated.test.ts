import fc from "fast-check";
import { expect, test } from "vitest";
import type { Aggregator } from "../aggregation/aggregator.ts";
import { meanAggregator } from "../aggregation/mean.ts";
import type { PartyEvent } from "../records/events.ts";
import type { NetworkSpec } from "../runtime/network/spec.ts";
import type { ClientState } from "./client.ts";
import { plain } from "./protocols/plain.ts";
import { serverScaffold } from "./server-optimizers/scaffold.ts";
import { complete, DIMENSION, execute, federation, pointOf } from "./testing/quadratic.ts";

type RoundFinished = Extract<PartyEvent, { kind: "round-finished" }>;

function roundsOf(events: readonly PartyEvent[]): RoundFinished[] {
  return events.filter((event) => event.kind === "round-finished");
}

test("FedAvg with one full-batch step is a step of gradient descent on the average loss", async () => {
  const { server, simulation } = federation({ clients: 4, plan: { rounds: 1 } });
  const events = await complete(simulation);
  const centre = Array.from(
    { length: DIMENSION },
    (_, i) => [0, 1, 2, 3].reduce((s, k) => s + pointOf(k)[i], 0) / 4,
  );
  for (const [i, x] of server.model.entries()) expect(x).toBeCloseTo(0.5 * centre[i], 6);
  expect(roundsOf(events)).toMatchObject([{ round: 1, selected: 4, contributed: 4, late: 0, dropped: 0 }]);
});

test("SCAFFOLD's first round is FedAvg's, and its fixed point is the average minimiser", async () => {
  const work = { epochs: 5, batch: 10, optimizer: { kind: "sgd", rate: 0.2 } } as const;
  const first = federation({ clients: 3, plan: { rounds: 1, work } });
  await complete(first.simulation);
  const scaffold = federation({
    clients: 3,
    plan: { rounds: 1, work },
    optimizer: serverScaffold({ rate: 1 }),
  });
  await complete(scaffold.simulation);
  expect(scaffold.server.model).toEqual(first.server.model);

  const long = federation({ clients: 3, plan: { rounds: 40, work }, optimizer: serverScaffold({ rate: 1 }) });
  await complete(long.simulation);
  for (const [i, x] of long.server.model.entries()) {
    expect(x).toBeCloseTo((pointOf(0)[i] + pointOf(1)[i] + pointOf(2)[i]) / 3, 4);
  }
});

test("a deadline closes the round with those who answered; stragglers are late, not lost", async () => {
  const { simulation } = federation({
    clients: 10,
    network: { compute: { kind: "constant", secondsPerExample: 1 }, slow: { fraction: 0.3, factor: 50 } },
    plan: { rounds: 2, deadline: 100 },
  });
  const events = await complete(simulation);
  expect(roundsOf(events)).toMatchObject([
    { round: 1, selected: 10, contributed: 7, late: 3, dropped: 0, virtualSeconds: 100 },
    { round: 2, selected: 10, contributed: 7, late: 3, dropped: 0, virtualSeconds: 100 },
  ]);
});

test("an answer in flight when its round closes changes nothing and is noted", async () => {
  const { simulation } = federation({
    clients: 2,
    network: {
      compute: { kind: "constant", secondsPerExample: 1 },
      uplink: { kind: "constant", latency: 8, bytesPerSecond: 1e9 },
      slow: { fraction: 0.5, factor: 1.5 },
    },
    plan: { rounds: 1, deadline: 20, evaluate: { every: 1, clients: false } },
  });
  const events = await complete(simulation);
  expect(roundsOf(events)).toMatchObject([{ contributed: 1, late: 1 }]);
});

test("over-selection ends the round at the target", async () => {
  const { simulation } = federation({
    clients: 20,
    network: { compute: { kind: "shifted-exponential", examplesPerSecond: 1, alpha: 1 } },
    plan: { rounds: 3, select: { fraction: 0.5, minimum: 2, over: 1.5 } },
  });
  for (const round of roundsOf(await complete(simulation))) {
    expect(round).toMatchObject({ selected: 15, contributed: 10, late: 5 });
  }
});

test("clients evaluate the received model when asked", async () => {
  const { simulation } = federation({
    clients: 3,
    plan: { rounds: 1, evaluate: { every: 1, clients: true } },
  });
  const [round] = roundsOf(await complete(simulation));
  const losses = [0, 1, 2].map((k) => pointOf(k).reduce((s, a) => s + (a * a) / 2, 0));
  expect(round.clientLoss).toBeCloseTo((losses[0] + losses[1] + losses[2]) / 3, 5);
});

test("a round with too few answers is tried again, then the run fails with the reason", async () => {
  const hopeless = federation({
    clients: 3,
    network: { compute: { kind: "constant", secondsPerExample: 10 } },
    plan: { rounds: 1, deadline: 5, retries: 2, select: { fraction: 1, minimum: 2, over: 1 } },
  });
  const events: PartyEvent[] = [];
  const run = async () => {
    for await (const batch of hopeless.simulation.run()) events.push(...batch.map(({ event }) => event));
  };
  await expect(run()).rejects.toThrow(
    "Round 1 failed after 3 attempts: Only 0 of at least 2 clients contributed.",
  );
  expect(events.filter(({ kind }) => kind === "round-failed")).toHaveLength(3);
});

test("training that diverges everywhere stops the run and names a client", async () => {
  const { simulation } = federation({
    clients: 3,
    execute: async (job) => {
      const result = await execute(job);
      return job.kind === "train" ? { ...result, loss: Number.NaN } : result;
    },
  });
  await expect(complete(simulation)).rejects.toThrow(/round 1: the loss of client-\d became NaN/);
});

test("a lost message without a deadline is reported as a stall, not a hang", async () => {
  const { simulation } = federation({ clients: 2, network: { faults: { loss: 1 } } });
  await expect(complete(simulation)).rejects.toThrow(/nothing is left to happen/);
});

const troubledNetwork: fc.Arbitrary<NetworkSpec> = fc.record({
  compute: fc.constantFrom<NetworkSpec["compute"]>(
    { kind: "constant", secondsPerExample: 1 },
    { kind: "shifted-exponential", examplesPerSecond: 1, alpha: 2 },
    { kind: "log-normal", medianSecondsPerExample: 1, sigma: 1 },
  ) as fc.Arbitrary<NonNullable<NetworkSpec["compute"]>>,
  uplink: fc.constant({ kind: "erasure", bytesPerSecond: 1000, erasure: 0.2 } as const),
  dropout: fc.constantFrom(0, 0.1, 0.4),
  crash: fc.constantFrom({ probability: 0, downtime: 1 }, { probability: 0.3, downtime: 15 }),
  faults: fc.record({
    loss: fc.constantFrom(0, 0.1),
    duplicate: fc.constantFrom(0, 0.3),
    reorder: fc.constantFrom({ probability: 0, seconds: 0 }, { probability: 0.5, seconds: 10 }),
  }),
});

test("whatever the network does, every asked client has one outcome and no round outlives its deadline", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), troubledNetwork, async (seed, network) => {
      const plan = { rounds: 4, deadline: 25, retries: 50, select: { fraction: 0.6, minimum: 1, over: 1.2 } };
      const events = await complete(federation({ clients: 8, seed, network, plan }).simulation);
      const rounds = roundsOf(events);
      expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3, 4]);
      for (const round of rounds) {
        expect(round.contributed + round.late + round.dropped + round.rejected).toBe(round.selected);
        expect(round.virtualSeconds).toBeLessThanOrEqual(25 + 1e-9);
        const outcomes = events.filter(
          (event) => event.kind === "client-outcome" && event.round === round.round,
        );
        expect(new Set(outcomes.map((event) => "client" in event && event.client)).size).toBe(round.selected);
      }
    }),
    { numRuns: 60 },
  );
});

test("a world restored from any finished round goes on to the same model, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      troubledNetwork,
      fc.integer({ min: 1, max: 3 }),
      async (seed, network, stopAt) => {
        const setting = {
          clients: 6,
          seed,
          network,
          plan: { rounds: 4, deadline: 25, retries: 50 },
          optimizer: serverScaffold({ rate: 1 }),
        };
        const whole = federation(setting);
        const expected = await complete(whole.simulation);

        const first = federation(setting);
        let world: unknown;
        const before: PartyEvent[] = [];
        for await (const batch of first.simulation.run()) {
          before.push(...batch.map(({ event }) => event));
          if (batch.some(({ event }) => event.kind === "round-finished" && event.round === stopAt)) {
            world = structuredClone(first.simulation.snapshot());
            break;
          }
        }
        const second = federation(setting);
        second.simulation.restore(world as ReturnType<typeof second.simulation.snapshot>);
        const after = await complete(second.simulation);
        expect(second.server.model).toEqual(whole.server.model);
        expect([...before, ...after]).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test("updates stream: without delays, each is combined before the next clients' results are read", async () => {
  let added = 0;
  let mostAlive = 0;
  const counting: Aggregator = {
    ...meanAggregator,
    collect: (dimension, random) => {
      const collection = meanAggregator.collect(dimension, random);
      return {
        add: (contribution) => {
          added++;
          collection.add(contribution);
        },
        finish: () => collection.finish(),
      };
    },
  };
  let made = 0;
  const { simulation } = federation({
    clients: 200,
    plan: { rounds: 2 },
    protocol: plain({ aggregator: () => counting, weights: "examples" }),
    execute: async (job) => {
      if (job.kind === "train") made++;
      mostAlive = Math.max(mostAlive, made - added);
      return execute(job);
    },
  });
  await complete(simulation);
  expect(added).toBe(400);
  // The lookahead of 3, and the one whose frame is under way.
  expect(mostAlive).toBeLessThanOrEqual(4);
});

test("between rounds no client keeps a model, so memory does not grow with the registered clients", async () => {
  const { simulation } = federation({
    clients: 12,
    network: {
      compute: { kind: "shifted-exponential", examplesPerSecond: 1, alpha: 1 },
      crash: { probability: 0.2, downtime: 5 },
    },
    plan: { rounds: 5, select: { fraction: 0.5, minimum: 1, over: 1.5 } },
  });
  await complete(simulation);
  const { parties } = simulation.snapshot();
  const states = [...parties].filter(([id]) => id !== "server").map(([, state]) => state as ClientState);
  expect(states.length).toBeGreaterThan(6);
  for (const { assignment, early } of states) {
    expect(assignment).toBeUndefined();
    expect(early).toEqual([]);
  }
});

test("clients drop out also where work takes no time", async () => {
  const { simulation } = federation({
    clients: 3,
    network: { dropout: 1 },
    plan: { rounds: 1, retries: 0 },
  });
  await expect(complete(simulation)).rejects.toThrow("Only 0 of at least 1 clients contributed.");
});

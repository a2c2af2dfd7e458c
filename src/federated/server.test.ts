import { expect, test } from "vitest";
import type { Aggregator } from "../aggregation/aggregator.ts";
import { meanAggregator } from "../aggregation/mean.ts";
import type { EvaluateResult } from "../learn/training.ts";
import { SimulationRandom } from "../numeric/random.ts";
import type { PartyEvent } from "../records/events.ts";
import type { ClientState } from "./client.ts";
import type { Protocol, ServerHalf } from "./protocol.ts";
import { plain } from "./protocols/plain.ts";
import { FederatedServer } from "./server.ts";
import { serverMomentum } from "./server-optimizers/momentum.ts";
import { serverScaffold } from "./server-optimizers/scaffold.ts";
import { maskedSum } from "./testing/masked-sum.ts";
import { complete, execute, federation } from "./testing/quadratic.ts";

const average = serverMomentum({ rate: 1, momentum: 0 });
const plainMean = plain({ aggregator: () => meanAggregator, weights: "examples" });

/** A server of the clients a and b, driven by hand. */
function serverOf(protocol: Protocol) {
  return new FederatedServer(
    {
      rounds: 3,
      select: { fraction: 1, minimum: 1, over: 1 },
      deadline: null,
      retries: 2,
      evaluate: { every: 1, clients: false },
      work: { epochs: 1, batch: 1, optimizer: { kind: "sgd", rate: 0.1 } },
      clients: ["a", "b"],
      initial: new Float32Array(2),
    },
    protocol,
    average,
    SimulationRandom.fromSeed(1),
  );
}

function openFirstRound(server: FederatedServer) {
  server.handle({ kind: "start" }, 0);
  return server.handle({ kind: "timer", id: "next" }, 0);
}

test.each([{ attempt: 1, loss: 7 }, { attempt: 1, loss: "x".repeat(99) }, { attempt: 1 }])(
  "a malformed report of divergence (%j) has the client rejected, with a sentence and not with an exception",
  (body) => {
    const server = serverOf(plainMean);
    openFirstRound(server);
    const message = { kind: "diverged", round: 1, body };
    const [refused] = server.handle({ kind: "message", from: "a", message }, 0);
    expect(refused).toMatchObject({ kind: "record", event: { kind: "refused", code: "update.diverged" } });
    expect(JSON.stringify(refused)).toContain("the update of a is no longer finite");
  },
);

/** A federation in which the updates of some clients overflow. */
function overflowing(clients: number, isBroken: (shard: number) => boolean) {
  return federation({
    clients,
    execute: async (job) => {
      const result = await execute(job);
      if (job.kind === "train" && result.kind === "train" && isBroken(job.shard)) result.update[0] = Infinity;
      return result;
    },
  });
}

test("a client whose update overflows is rejected, and the others go on", async () => {
  const { simulation } = overflowing(3, (shard) => shard === 1);
  const finished = (await complete(simulation)).filter(({ kind }) => kind === "round-finished");
  expect(finished.length).toBeGreaterThan(0);
  for (const round of finished) expect(round).toMatchObject({ contributed: 2, rejected: 1 });
});

test("updates that overflow everywhere while the losses stay finite are called by their name", async () => {
  const { simulation } = overflowing(2, () => true);
  await expect(complete(simulation)).rejects.toThrow(
    "in round 1: the update of client-0 is no longer finite",
  );
});

test("a model that overflows although every update is finite stops the run, evaluated or not", async () => {
  const { simulation } = federation({
    clients: 2,
    plan: { rounds: 5, evaluate: { every: 5, clients: false } },
    execute: async (job) => {
      const result = await execute(job);
      if (result.kind === "train") result.update.fill(3e38);
      return result;
    },
  });
  await expect(complete(simulation)).rejects.toThrow("in round 2: the server's model is no longer finite");
});

test("a client that a robust rule left out does not take its SCAFFOLD step for used", async () => {
  const withoutClient0: Aggregator = {
    ...meanAggregator,
    collect: (dimension, random) => {
      const collection = meanAggregator.collect(dimension, random);
      return {
        add: (contribution) => {
          if (contribution.client !== "client-0") collection.add(contribution);
        },
        finish: () => ({ ...collection.finish(), excluded: ["client-0"] }),
      };
    },
  };
  const { simulation } = federation({
    clients: 3,
    plan: { rounds: 2 },
    optimizer: serverScaffold({ rate: 1 }),
    protocol: plain({ aggregator: () => withoutClient0, weights: "uniform" }),
  });
  // The last message that closes a round is still under way when the run ends.
  let parties = simulation.snapshot().parties;
  for await (const batch of simulation.run()) {
    if (batch.some(({ event }) => event.kind === "round-started" && event.round === 2)) {
      parties = simulation.snapshot().parties;
    }
  }
  const variatesOf = (id: string) => (parties.get(id) as ClientState).variates;
  expect(variatesOf("client-0").kept).toEqual([]);
  expect(variatesOf("client-1").kept).not.toEqual([]);
});

/** Combines by a job on the server, and gives an attempt up when a client leaves. */
class JobHalf implements ServerHalf {
  opened = 0;
  open() {
    this.opened++;
    const job = { kind: "evaluate", parameters: new Float32Array(2), on: "test" } as const;
    return { step: { jobs: [{ id: "decode", job }] } };
  }
  message = () => ({});
  left = () => ({ abort: { code: "gone", reason: "A client is missing." } });
  deadline = () => ({});
  done() {
    const figures = { opened: this.opened };
    return { result: { update: Float32Array.of(1, 1), contributors: ["a", "b"], figures } };
  }
}

const evaluated: EvaluateResult = { kind: "evaluate", examples: 1, loss: 0.5, accuracy: 0.5 };

test("the result of a job of an abandoned attempt changes nothing, and each round is counted once", () => {
  const half = new JobHalf();
  const server = serverOf({ kind: "job", server: () => half, client: () => ({}) as never });
  const idOf = (effects: ReturnType<FederatedServer["handle"]>) => {
    const job = effects.find((effect) => effect.kind === "job");
    return job?.kind === "job" ? job.id : "";
  };
  const done = (id: string) => server.handle({ kind: "done", id, result: evaluated }, 0);
  const first = idOf(openFirstRound(server));
  server.handle({ kind: "left", party: "b" }, 0);
  expect(done(first)).toEqual([]);
  const second = idOf(server.handle({ kind: "timer", id: "retry" }, 0));
  expect(done(first)).toEqual([]);
  expect(done(second)).toContainEqual(expect.objectContaining({ kind: "job", id: "evaluate" }));
  expect(done(second)).toEqual([]);
  const finished = done("evaluate").find((effect) => effect.kind === "record");
  expect(finished).toMatchObject({ event: { kind: "round-finished", round: 1, figures: { opened: 2 } } });
  expect(done("evaluate")).toEqual([]);
  expect(server.model).toEqual(Float32Array.of(1, 1));
});

test("a server restored from a checkpoint opens the next round when it starts, without a second set-up", () => {
  const server = serverOf(maskedSum());
  server.restore({ ...serverOf(maskedSum()).snapshot(), round: 1, half: 1 });
  expect(server.handle({ kind: "start" }, 0)).toEqual([{ kind: "timer", id: "next", after: 0 }]);
});

test("delays of a round are the same with and without a set-up before it", async () => {
  const network = { uplink: { kind: "log-normal", medianBytesPerSecond: 1, sigma: 1 } } as const;
  const greeting: Protocol = {
    kind: "plain",
    server: () => {
      const half = plainMean.server();
      return Object.assign(half, {
        setup: (clients: readonly string[]) => ({ send: [{ to: clients, kind: "hello" }] }),
        message: ((message) => (from, what) => {
          return what.kind === "hello" ? { ready: true } : message.call(half, from, what);
        })(half.message) as ServerHalf["message"],
      });
    },
    client: (me) => ({
      ...plainMean.client(me),
      message: () => ({ send: [{ to: ["server"], kind: "hello" }] }),
    }),
  };
  const seconds = async (protocol: Protocol) =>
    (await complete(federation({ clients: 1, network, protocol }).simulation))
      .filter(
        (event): event is Extract<PartyEvent, { kind: "round-finished" }> => event.kind === "round-finished",
      )
      .map(({ virtualSeconds }) => virtualSeconds);
  const [with_, without] = [await seconds(greeting), await seconds(plainMean)];
  for (const [i, each] of without.entries()) expect(with_[i]).toBeCloseTo(each, 6);
});

test("no round is opened with fewer clients than the protocol needs; it begins when enough have come", () => {
  const server = serverOf({ ...plainMean, needs: 4 });
  const recorded = (effects: ReturnType<typeof server.handle>) =>
    effects.flatMap((effect) => (effect.kind === "record" ? [effect.event] : []));
  // That it waits is told once.
  expect(recorded(openFirstRound(server))).toEqual([{ kind: "waiting", clients: 2, needed: 4 }]);
  expect(recorded(server.handle({ kind: "joined", party: "c" }, 1))).toEqual([
    { kind: "client-joined", client: "c" },
  ]);
  expect(recorded(server.handle({ kind: "joined", party: "d" }, 2))).toMatchObject([
    { kind: "client-joined", client: "d" },
    { kind: "round-started", round: 1 },
  ]);
});

import { expect, test } from "vitest";
import type { PartyEvent } from "../../../records/events.ts";
import { rowsOf, withRows } from "../../embeddings.ts";
import { complete, DIMENSION, execute, federation, pointOf } from "../../testing/quadratic.ts";
import { type EmbeddingsOptions, embeddings } from "./embeddings.ts";

/** The first entry of a model is the client's alone; then come two entities of one number each. */
const table = { offset: 1, entities: 2, width: 1 };
const owned = [[0, 1], [1], [0]];
const clients = owned.length;

function protocolOf(exchange: EmbeddingsOptions["exchange"], entities: readonly number[][] = owned) {
  const holdings = (client: string) => {
    const shard = Number(client.slice("client-".length));
    return { entities: Int32Array.from(entities[shard]), heldOut: shard };
  };
  return embeddings({ exchange, table, holdings });
}

type RoundFinished = Extract<PartyEvent, { kind: "round-finished" }>;

const finished = (events: readonly PartyEvent[]) =>
  events.filter((event): event is RoundFinished => event.kind === "round-finished");

/** One step of a client from a model: halfway to its own point. */
function trained(model: readonly number[], shard: number): number[] {
  return model.map((entry, i) => entry + 0.5 * (pointOf(shard)[i] - entry));
}

/** Two rounds by hand; an entity is averaged when at least `fewest` own it. */
function oracle(entities: readonly number[][], fewest: number, rounds = 2): number[][] {
  let models = entities.map(() => new Array<number>(DIMENSION).fill(0));
  for (let round = 0; round < rounds; round++) {
    const after = models.map(trained);
    models = after.map((model, shard) =>
      model.map((entry, i) => {
        const entity = i - table.offset;
        const owners = entities.flatMap((own, k) => (own.includes(entity) ? [k] : []));
        if (!owners.includes(shard) || owners.length < fewest) return entry;
        return owners.reduce((sum, k) => sum + after[k][i], 0) / owners.length;
      }),
    );
  }
  return models;
}

test.each([
  ["mean", owned, 1],
  ["none", owned, clients + 1],
  ["intersection", owned, clients],
  ["intersection", [[0, 1], [1], [0, 1]], clients],
] as const)("%s of the entities of %j", async (exchange, entities, fewest) => {
  const lists = entities.map((own) => [...own]);
  const { simulation, parties, server, plan } = federation({
    clients,
    protocol: protocolOf(exchange, lists),
    plan: { rounds: 2 },
  });
  const events = await complete(simulation);
  const expected = oracle(lists, fewest);
  for (const [shard, model] of expected.entries()) {
    const own = parties.get(`client-${shard}`)!.model!;
    for (const [i, entry] of model.entries()) expect(own[i]).toBeCloseTo(entry, 6);
  }
  expect(server.model).toBe(plan.initial);
  const measured = await Promise.all(
    expected.map((model, on) =>
      execute({ kind: "evaluate", parameters: Float32Array.from(model), on }).then((result) => result.loss),
    ),
  );
  const last = finished(events).at(-1)!;
  expect(last).toMatchObject({ round: 2, contributed: clients });
  expect(last.loss).toBeCloseTo(measured.reduce((sum, loss) => sum + loss, 0) / clients, 6);
});

test("who leaves or is slow keeps its model, and the others go on", async () => {
  const { simulation, parties } = federation({
    clients,
    protocol: protocolOf("mean"),
    network: { compute: { kind: "constant", secondsPerExample: 1 }, slow: { fraction: 0.34, factor: 50 } },
    plan: { rounds: 1, deadline: 30 },
  });
  const events = await complete(simulation);
  expect(finished(events)).toMatchObject([{ contributed: clients - 1, late: 1 }]);
  const slow = events.flatMap((event) =>
    event.kind === "client-outcome" && event.outcome === "late" ? [event.client] : [],
  );
  expect([...parties.get(slow[0])!.model!]).toEqual([0, 0, 0]);
});

test("a round that fails changes no model", async () => {
  // The measurements are what a round waits for last; without any it is given up.
  let isRefused = true;
  const { simulation, parties } = federation({
    clients,
    protocol: protocolOf("mean"),
    plan: { rounds: 1, retries: 1 },
    execute: async (job) => {
      const result = await execute(job);
      return result.kind === "evaluate" && isRefused ? { ...result, accuracy: 1e10 } : result;
    },
  });
  const events: PartyEvent[] = [];
  for await (const batch of simulation.run()) {
    events.push(...batch.map(({ event }) => event));
    if (events.some(({ kind }) => kind === "round-failed")) isRefused = false;
  }
  expect(events.some(({ kind }) => kind === "round-failed")).toBe(true);
  expect(finished(events)).toMatchObject([{ contributed: clients }]);
  const [first] = oracle(owned, 1, 1);
  for (const [i, entry] of first.entries()) expect(parties.get("client-0")!.model![i]).toBeCloseTo(entry, 6);
});

test("rows that are none are refused", () => {
  const half = protocolOf("mean").server();
  const cohort = { clients: ["client-0", "client-1"], minimum: 1 };
  const finite = Float32Array.of(1, 2);
  const bad: Record<string, Int32Array | Float32Array | undefined>[] = [
    { entities: Int32Array.of(1, 0), rows: finite },
    { entities: Int32Array.of(0, 2), rows: finite },
    { entities: Int32Array.of(-1, 0), rows: finite },
    { entities: Int32Array.of(0, 0), rows: finite },
    { entities: Int32Array.of(0), rows: finite },
    { entities: Int32Array.of(0, 1), rows: Float32Array.of(1, Number.NaN) },
    { entities: Float32Array.of(0, 1), rows: finite },
    {},
  ];
  for (const tensors of bad) {
    half.open(cohort as never);
    const step = half.message("client-0", { kind: "rows", round: 1, tensors: tensors as never });
    expect(step.rejected).toMatchObject([{ client: "client-0", code: "update.invalid" }]);
  }
});

test("rows are read from and written into a model", () => {
  const model = Float32Array.of(9, 1, 2, 3, 4, 5, 6);
  const wide = { offset: 1, entities: 3, width: 2 };
  expect([...rowsOf(model, wide, [2, 0])]).toEqual([5, 6, 1, 2]);
  expect([...withRows(model, wide, [1], Float32Array.of(7, 8))]).toEqual([9, 1, 2, 7, 8, 5, 6]);
  expect([...model]).toEqual([9, 1, 2, 3, 4, 5, 6]);
});

/** A whole simulated run: the round machines, the network and its faults around the halves. */
import { expect, test } from "vitest";
import type { Holdings } from "../../federated/embeddings.ts";
import {
  complete,
  DIMENSION,
  type Federation,
  federation,
  pointOf,
} from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import type { PartyId } from "../../runtime/party.ts";
import { environment } from "../testing/contributions.ts";
import { HARSH_NETWORK } from "../testing/simulation.ts";
import { secEa } from "./secea.ts";

const ROUNDS = 4;
const CLIENTS = 8;
/** The first entry of a model is the client's alone; then come two entities of one number each. */
const TABLE = { offset: 1, entities: 2, width: 1 };

function shardOf(client: PartyId): number {
  return Number(client.slice("client-".length));
}

/** A third of the clients own both entities, the others one each. */
function holdings(client: PartyId): Holdings {
  const shard = shardOf(client);
  const owned = [[0, 1], [1], [0]][shard % 3];
  return { entities: Int32Array.from(owned), heldOut: shard };
}

function setting(): Federation {
  const settings = { colluders: 1, dropouts: 3, bound: 4, table: TABLE, holdings };
  return {
    ...{ clients: CLIENTS, seed: 5, protocol: secEa(settings, environment()), network: HARSH_NETWORK },
    plan: { rounds: ROUNDS, deadline: 20, retries: 30, select: { fraction: 1, minimum: 3, over: 1 } },
  };
}

type Models = Map<PartyId, readonly number[]>;

/** What the round makes of the models before it, by means in the clear over those who contributed. */
function plainRound(before: Models, contributors: readonly PartyId[]): Models {
  const trained = new Map(
    contributors.map((client) => {
      const goal = pointOf(shardOf(client));
      return [client, before.get(client)!.map((entry, i) => entry + 0.5 * (goal[i] - entry))] as const;
    }),
  );
  const after = new Map(before);
  for (const [client, model] of trained) {
    const mixed = [...model];
    for (const entity of holdings(client).entities) {
      const owners = contributors.filter((id) => holdings(id).entities.includes(entity));
      const at = TABLE.offset + entity;
      mixed[at] = owners.reduce((sum, id) => sum + trained.get(id)![at], 0) / owners.length;
    }
    after.set(client, mixed);
  }
  return after;
}

test("with dropouts, stragglers and deadlines clients get the means of the owners who contributed", async () => {
  const { simulation, parties } = federation(setting());
  const events: PartyEvent[] = [];
  const worlds: { readonly seen: number; readonly world: ReturnType<typeof simulation.snapshot> }[] = [];
  const newest = () => new Map([...parties].map(([client, party]) => [client, [...party.model!]] as const));
  let models: Models = new Map();
  for (let n = 0; n < CLIENTS; n++) models.set(`client-${n}`, new Array(DIMENSION).fill(0));
  let kept = 0;
  for await (const batch of simulation.run()) {
    events.push(...batch.map(({ event }) => event));
    const last = events.at(-1)!;
    if (last.kind !== "round-finished") continue;
    const contributors = events.flatMap((event) =>
      event.kind === "client-outcome" && event.round === last.round && event.outcome === "contributed"
        ? [event.client]
        : [],
    );
    expect(last.figures).toMatchObject({ included: contributors.length });
    const expected = plainRound(models, contributors);
    for (const [client, model] of newest()) {
      const isAsBefore = model.every((entry, i) => entry === models.get(client)![i]);
      if (isAsBefore) kept++;
      else for (const [i, entry] of expected.get(client)!.entries()) expect(model[i]).toBeCloseTo(entry, 6);
    }
    models = new Map([...models, ...newest()]);
    worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
  }
  const rounds = events.filter((event) => event.kind === "round-finished");
  expect(rounds).toHaveLength(ROUNDS);
  expect(kept).toBeGreaterThan(0);
  expect(rounds.some(({ dropped }) => dropped > 0)).toBe(true);
  expect(rounds.some(({ late }) => late > 0)).toBe(true);
  expect(new Set(rounds.map(({ figures }) => figures!.registrations))).toEqual(new Set([0, 1]));
  expect(events.filter(({ kind }) => kind === "refused")).toEqual([]);
  for (const { seen, world } of worlds) {
    const resumed = federation(setting());
    resumed.simulation.restore(world);
    expect(await complete(resumed.simulation)).toEqual(events.slice(seen));
  }
});

test("without a deadline, dropouts do not keep a round open", async () => {
  const { faults: _, ...network } = HARSH_NETWORK;
  const options = setting();
  const { simulation } = federation({ ...options, network, plan: { ...options.plan, deadline: null } });
  const events = await complete(simulation);
  expect(events.filter(({ kind }) => kind === "round-finished")).toHaveLength(ROUNDS);
  expect(events.some((e) => e.kind === "client-outcome" && e.outcome === "dropped")).toBe(true);
});

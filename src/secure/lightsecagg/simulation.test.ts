import { expect, test } from "vitest";
import { complete, DIMENSION, EXAMPLES, federation, pointOf } from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import { environment, SUM } from "../testing/contributions.ts";
import { lightSecAgg } from "./lightsecagg.ts";

const CLIENTS = 8;
const OPTIONS = { colluders: 2, dropouts: 3, sum: { ...SUM, mostExamples: EXAMPLES } };

function setting() {
  return {
    clients: CLIENTS,
    seed: 3,
    protocol: lightSecAgg(OPTIONS, environment(1)),
    network: {
      compute: { kind: "constant", secondsPerExample: 1 },
      uplink: { kind: "constant", latency: 0.2, bytesPerSecond: 1e6 },
      downlink: { kind: "constant", latency: 0.1, bytesPerSecond: 1e6 },
      slow: { fraction: 0.125, factor: 10 },
      dropout: 0.1,
      faults: { loss: 0.002, duplicate: 0.1, reorder: { probability: 0.2, seconds: 2 } },
    },
    plan: { rounds: 6, deadline: 20, retries: 20, select: { fraction: 1, minimum: 3, over: 1 } },
  } as const;
}

test("a federation with dropouts, stragglers and deadlines learns the plain mean of those included", async () => {
  const { server, simulation } = federation(setting());
  const events: PartyEvent[] = [];
  const worlds: { readonly seen: number; readonly world: ReturnType<typeof simulation.snapshot> }[] = [];
  let model = new Float32Array(DIMENSION);
  for await (const batch of simulation.run()) {
    events.push(...batch.map(({ event }) => event));
    const last = events.at(-1)!;
    if (last.kind !== "round-finished") continue;
    const contributed = events.filter(
      (e) => e.kind === "client-outcome" && e.round === last.round && e.outcome === "contributed",
    );
    const points = contributed.map((e) => pointOf(Number((e as { client: string }).client.slice(7))));
    // One exact step of gradient descent halves the way to each point.
    model = model.map((x, i) => x + points.reduce((sum, a) => sum + (a[i] - x) / 2, 0) / points.length);
    for (const [i, x] of server.model.entries()) expect(Math.abs(x - model[i])).toBeLessThan(1e-6);
    model = Float32Array.from(server.model);
    expect(last.figures).toMatchObject({ included: contributed.length });
    worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
  }
  const rounds = events.filter((e) => e.kind === "round-finished");
  expect(rounds).toHaveLength(6);
  expect(rounds.some(({ dropped }) => dropped > 0)).toBe(true);
  expect(rounds.some(({ late }) => late > 0)).toBe(true);
  expect(simulation.traffic.take().clientToClientBytes).toBeGreaterThan(0);
  // A run goes on from any checkpoint as if nothing had been: the secrets differ, and nothing shows of them.
  const { seen, world } = worlds[2];
  const resumed = federation(setting()).simulation;
  resumed.restore(world);
  expect(await complete(resumed)).toEqual(events.slice(seen));
});

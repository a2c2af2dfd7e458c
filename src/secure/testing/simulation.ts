/** Whole simulated runs of secure protocols: the round machines, the network and its faults around the halves. */
import { expect } from "vitest";
import type { Protocol } from "../../federated/protocol.ts";
import { complete, DIMENSION, EXAMPLES, federation, pointOf } from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import type { NetworkSpec } from "../../runtime/network/spec.ts";
import { SUM } from "./contributions.ts";

/** For the federation's clients. */
export const SIMULATED_SUM = { ...SUM, mostExamples: EXAMPLES };

/** Dropouts, crashes and stragglers; messages late, twice, in another order or never. */
export const HARSH_NETWORK = {
  compute: { kind: "constant", secondsPerExample: 1 },
  uplink: { kind: "constant", latency: 0.2, bytesPerSecond: 1e5 },
  downlink: { kind: "constant", latency: 0.1, bytesPerSecond: 1e5 },
  slow: { fraction: 0.125, factor: 10 },
  dropout: 0.1,
  crash: { probability: 0.05, downtime: 15 },
  faults: { loss: 0.001, duplicate: 0.1, reorder: { probability: 0.2, seconds: 2 } },
} as const satisfies NetworkSpec;

const ROUNDS = 4;

/**
 * Runs a federation over {@link HARSH_NETWORK}: after each round its model must be what the plain mean over those who
 * contributed makes of the one before, and from each checkpoint a run must go on with the same bits.
 *
 * @param protocol a new one at each call, with the same options; other secrets change nothing
 */
export async function expectPlainMeans(
  protocol: () => Protocol,
  { clients, seed }: { readonly clients: number; readonly seed: number },
): Promise<void> {
  const setting = () => ({
    ...{ clients, seed, protocol: protocol(), network: HARSH_NETWORK },
    plan: { rounds: ROUNDS, deadline: 20, retries: 20, select: { fraction: 1, minimum: 3, over: 1 } },
  });
  const { server, simulation } = federation(setting());
  const events: PartyEvent[] = [];
  const worlds: { readonly seen: number; readonly world: ReturnType<typeof simulation.snapshot> }[] = [];
  let model = new Float32Array(DIMENSION);
  for await (const batch of simulation.run()) {
    events.push(...batch.map(({ event }) => event));
    const last = events.at(-1)!;
    if (last.kind !== "round-finished") continue;
    const points = contributorsOf(last.round, events).map((shard) => pointOf(shard));
    expect(last.figures).toMatchObject({ included: points.length });
    // One exact step of gradient descent halves the way to each point.
    model = model.map((x, i) => x + points.reduce((sum, a) => sum + (a[i] - x) / 2, 0) / points.length);
    for (const [i, x] of server.model.entries()) expect(Math.abs(x - model[i])).toBeLessThan(1e-6);
    model = Float32Array.from(server.model);
    worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
  }
  const rounds = events.filter((event) => event.kind === "round-finished");
  expect(rounds).toHaveLength(ROUNDS);
  expect(rounds.some(({ dropped }) => dropped > 0)).toBe(true);
  expect(rounds.some(({ late }) => late > 0)).toBe(true);
  expect(events.filter(({ kind }) => kind === "refused")).toEqual([]);
  expect(simulation.traffic.take().clientToClientBytes > 0).toBe(setting().protocol.betweenClients ?? false);
  for (const { seen, world } of worlds) {
    const resumed = federation(setting());
    resumed.simulation.restore(world);
    expect(await complete(resumed.simulation)).toEqual(events.slice(seen));
    expect(resumed.server.model).toEqual(server.model);
  }
}

function contributorsOf(round: number, events: readonly PartyEvent[]): number[] {
  return events.flatMap((event) =>
    event.kind === "client-outcome" && event.round === round && event.outcome === "contributed"
      ? [Number(event.client.split("-")[1])]
      : [],
  );
}

import { expect, test } from "vitest";
import { complete, DIMENSION, EXAMPLES, federation, pointOf } from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import { environment, SUM } from "../testing/contributions.ts";
import { secAggPlus } from "./secagg-plus.ts";

const sum = { ...SUM, mostExamples: EXAMPLES };
const RING = { graph: "harary", neighbours: 6, threshold: 3, sum } as const;
const FULL = { graph: "full", threshold: 4, sum } as const;

function setting(options: typeof RING | typeof FULL) {
  return {
    clients: 9,
    seed: 3,
    protocol: secAggPlus(options, environment()),
    network: {
      compute: { kind: "constant", secondsPerExample: 1 },
      uplink: { kind: "constant", latency: 0.2, bytesPerSecond: 1e6 },
      downlink: { kind: "constant", latency: 0.1, bytesPerSecond: 1e6 },
      slow: { fraction: 0.12, factor: 10 },
      dropout: 0.1,
      faults: { loss: 0.01, duplicate: 0.1, reorder: { probability: 0.2, seconds: 2 } },
    },
    plan: { rounds: 4, deadline: 20, retries: 20, select: { fraction: 1, minimum: 3, over: 1 } },
  } as const;
}

test.each([{ options: RING }, { options: FULL }])(
  "a federation with dropouts, stragglers and deadlines learns the plain mean of those included: %o",
  async ({ options }) => {
    const { server, simulation } = federation(setting(options));
    const events: PartyEvent[] = [];
    const worlds: { readonly seen: number; readonly world: ReturnType<typeof simulation.snapshot> }[] = [];
    let model = new Float32Array(DIMENSION);
    for await (const batch of simulation.run()) {
      events.push(...batch.map(({ event }) => event));
      const last = events.at(-1)!;
      if (last.kind !== "round-finished") continue;
      const contributed = events.filter(
        (event) => event.kind === "client-outcome" && event.round === last.round,
      );
      const points = contributed.flatMap((event) =>
        "outcome" in event && event.outcome === "contributed" ? [pointOf(Number(event.client.slice(7)))] : [],
      );
      // One exact step of gradient descent halves the way to each point.
      model = model.map((x, i) => x + points.reduce((all, a) => all + (a[i] - x) / 2, 0) / points.length);
      for (const [i, x] of server.model.entries()) expect(Math.abs(x - model[i])).toBeLessThan(1e-6);
      model = Float32Array.from(server.model);
      expect(last.figures).toMatchObject({ included: points.length });
      worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
    }
    const rounds = events.filter((event) => event.kind === "round-finished");
    expect(rounds).toHaveLength(4);
    expect(rounds.some(({ dropped }) => dropped > 0)).toBe(true);
    expect(rounds.some(({ late }) => late > 0)).toBe(true);
    // A run goes on from a checkpoint as if nothing had been: the secrets differ, and nothing shows of them.
    const { seen, world } = worlds[1];
    const resumed = federation(setting(options)).simulation;
    resumed.restore(world);
    expect(await complete(resumed)).toEqual(events.slice(seen));
  },
);

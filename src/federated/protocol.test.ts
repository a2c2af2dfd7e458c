import fc from "fast-check";
import { expect, test } from "vitest";
import type { PartyEvent } from "../records/events.ts";
import type { Protocol } from "./protocol.ts";
import { serverScaffold } from "./server-optimizers/scaffold.ts";
import { maskedSum } from "./testing/masked-sum.ts";
import { complete, federation } from "./testing/quadratic.ts";

test("a protocol with set-up, two phases, client-to-client messages and server work plugs in", async () => {
  const plainRun = federation({ clients: 5 });
  await complete(plainRun.simulation);
  const masked = federation({ clients: 5, protocol: maskedSum() });
  await complete(masked.simulation);
  for (const [i, x] of masked.server.model.entries()) expect(x).toBeCloseTo(plainRun.server.model[i], 4);
  const traffic = masked.simulation.traffic.take();
  expect(traffic.clientToClientBytes).toBeGreaterThan(3 * 5 * 12);
  expect(plainRun.simulation.traffic.take().clientToClientBytes).toBe(0);
});

test("each phase has the deadline to itself", async () => {
  // Training takes 10 s of the 15 s deadline, and so would the answers of both phases together with it.
  const { simulation } = federation({
    clients: 3,
    protocol: maskedSum(),
    network: {
      compute: { kind: "constant", secondsPerExample: 1 },
      uplink: { kind: "constant", latency: 4, bytesPerSecond: 1e9 },
      downlink: { kind: "constant", latency: 0.5, bytesPerSecond: 1e9 },
    },
    plan: { rounds: 1, deadline: 15, retries: 0 },
  });
  const events = await complete(simulation);
  expect(events.find(({ kind }) => kind === "round-finished")).toMatchObject({ contributed: 3 });
});

test("an aborted attempt is retried with a new cohort", async () => {
  const { simulation } = federation({
    clients: 6,
    protocol: maskedSum(),
    network: { compute: { kind: "constant", secondsPerExample: 1 }, dropout: 0.15 },
    plan: { rounds: 4, retries: 100 },
    seed: 5,
  });
  const events = await complete(simulation);
  expect(events.filter(({ kind }) => kind === "round-finished")).toHaveLength(4);
  expect(events.filter(({ kind }) => kind === "round-failed").length).toBeGreaterThan(0);
});

test("in any trouble, a protocol of several phases counts every client once and resumes bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.constantFrom(null, 60),
      fc.boolean(),
      async (seed, deadline, clients) => {
        const setting = {
          clients: 5,
          seed,
          protocol: maskedSum(),
          optimizer: serverScaffold({ rate: 1 }),
          network: {
            compute: { kind: "log-normal", medianSecondsPerExample: 1, sigma: 1 },
            uplink: { kind: "erasure", bytesPerSecond: 500, erasure: 0.2 },
            downlink: { kind: "constant", latency: 1, bytesPerSecond: 1000 },
            dropout: 0.05,
            crash: { probability: 0.1, downtime: 15 },
            faults: { duplicate: 0.3, reorder: { probability: 0.5, seconds: 10 } },
          },
          plan: {
            rounds: 3,
            deadline,
            retries: 500,
            select: { fraction: 0.6, minimum: 2, over: 1.2 },
            evaluate: { every: 2, clients },
          },
        } as const;
        const { simulation } = federation(setting);
        const events: PartyEvent[] = [];
        const worlds: { readonly seen: number; readonly world: ReturnType<typeof simulation.snapshot> }[] =
          [];
        for await (const batch of simulation.run()) {
          events.push(...batch.map(({ event }) => event));
          const last = events.at(-1)!;
          if (last.kind !== "round-finished") continue;
          expect(last.contributed + last.late + last.dropped + last.rejected).toBe(last.selected);
          worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
        }
        expect(worlds).toHaveLength(3);
        for (const { seen, world } of worlds) {
          const resumed = federation(setting).simulation;
          resumed.restore(world);
          expect(await complete(resumed)).toEqual(events.slice(seen));
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("a protocol that does nothing when time is up cannot keep a round open", async () => {
  const idle: Protocol = {
    kind: "idle",
    server: () => ({ open: () => ({}), message: () => ({}), left: () => ({}), deadline: () => ({}) }),
    client: () => ({ open: () => ({}), contribute: () => ({}), message: () => ({}) }),
  };
  const { simulation } = federation({
    clients: 2,
    protocol: idle,
    plan: { rounds: 1, deadline: 10, retries: 1 },
  });
  await expect(complete(simulation)).rejects.toThrow(
    "Round 1 failed after 2 attempts: Time was up and the protocol could not finish.",
  );
});

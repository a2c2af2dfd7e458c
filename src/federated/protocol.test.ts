import { expect, test } from "vitest";
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

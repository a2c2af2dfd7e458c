/** Whole federations under all faults at once, in simulation; `src/run/faults.test.ts` adds real sockets. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverScaffold } from "../../federated/server-optimizers/scaffold.ts";
import { complete, federation } from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import type { NetworkSpec } from "./spec.ts";

const probability = fc.constantFrom(0, 0.1, 0.3);
const seconds = fc.constantFrom(0, 3, 15, 30);
const often = fc.record({ probability, seconds });

const troubled: fc.Arbitrary<NetworkSpec> = fc.record({
  compute: fc.constant({ kind: "shifted-exponential", examplesPerSecond: 1, alpha: 2 } as const),
  uplink: fc.constant({ kind: "constant", latency: 1, bytesPerSecond: 1e6 } as const),
  dropout: fc.constantFrom(0, 0.1),
  crash: fc.constant({ probability: 0.1, downtime: 15 }),
  faults: fc.record({
    ...{ loss: fc.constantFrom(0, 0.1), duplicate: probability, reorder: often, delay: often },
    ...{ garbage: probability, lie: probability, leave: often },
  }),
});

const plan = { rounds: 4, deadline: 25, retries: 100, select: { fraction: 0.6, minimum: 1, over: 1.2 } };

test("whatever goes wrong, every client asked has one outcome, no round is lost and the model stays finite", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), troubled, async (seed, network) => {
      const { server, simulation } = federation({ clients: 8, seed, network, plan });
      const events = await complete(simulation);
      const rounds = events.filter((event) => event.kind === "round-finished");
      expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3, 4]);
      for (const { round, selected, contributed, late, dropped, rejected, virtualSeconds } of rounds) {
        expect(contributed + late + dropped + rejected).toBe(selected);
        expect(virtualSeconds).toBeLessThanOrEqual(25 + 1e-9);
        const outcomes = events.filter((event) => event.kind === "client-outcome" && event.round === round);
        expect(new Set(outcomes.map((event) => "client" in event && event.client)).size).toBe(selected);
      }
      expect(server.model.every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a world restored in the midst of faults goes on to the same model, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      troubled,
      fc.integer({ min: 1, max: 3 }),
      async (seed, network, stopAt) => {
        const setting = { clients: 6, seed, network, plan, optimizer: serverScaffold({ rate: 1 }) };
        const whole = federation(setting);
        const expected = await complete(whole.simulation);

        const first = federation(setting);
        const before: PartyEvent[] = [];
        let world: ReturnType<typeof first.simulation.snapshot> | undefined;
        for await (const batch of first.simulation.run()) {
          before.push(...batch.map(({ event }) => event));
          if (batch.some(({ event }) => event.kind === "round-finished" && event.round === stopAt)) {
            world = structuredClone(first.simulation.snapshot());
            break;
          }
        }
        const second = federation(setting);
        second.simulation.restore(world!);
        const after = await complete(second.simulation);
        expect(second.server.model).toEqual(whole.server.model);
        expect([...before, ...after]).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test("faults of probability 0 leave every bit as it is without them", async () => {
  const never = { probability: 0, seconds: 9 };
  const faults = { loss: 0, duplicate: 0, garbage: 0, lie: 0, delay: never, reorder: never, leave: never };
  const compute = { kind: "shifted-exponential", examplesPerSecond: 1, alpha: 2 } as const;
  const without = federation({ clients: 8, network: { compute }, plan });
  const withThem = federation({ clients: 8, network: { compute, faults }, plan });
  expect(await complete(withThem.simulation)).toEqual(await complete(without.simulation));
  expect(withThem.server.model).toEqual(without.server.model);
});

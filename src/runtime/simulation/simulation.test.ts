import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { createNetwork } from "../network/network.ts";
import type { Effect, Input, Party } from "../party.ts";
import { Simulation } from "./simulation.ts";

test("a job started again under the same id replaces the older one", async () => {
  const results: string[] = [];
  const job = (name: string): Effect<string, string> => ({ kind: "job", id: "work", round: 1, job: name });
  const server: Party<string, string, string> = {
    handle(input: Input<string>): Effect<string, string>[] {
      if (input.kind === "start") {
        return [job("old"), job("new"), { kind: "timer", id: "end", after: 1 }];
      }
      if (input.kind === "done") results.push(input.result);
      return input.kind === "timer" ? [{ kind: "finish" }] : [];
    },
    snapshot: () => null,
    restore: () => {},
  };
  const simulation = new Simulation<string, string, string>({
    network: createNetwork(null, SimulationRandom.fromSeed(1), []),
    party: () => server,
    execute: async (name) => name,
    workload: () => 0,
    roundEnd: () => null,
    lookahead: 1,
  });
  for await (const _ of simulation.run());
  expect(results).toEqual(["new"]);
});

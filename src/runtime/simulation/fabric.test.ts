import { fabricContract } from "../fabric.contract.ts";
import type { Party } from "../party.ts";
import { Simulation } from "./simulation.ts";

/** Whoever is not there, and does nothing. */
const nobody: Party<string, string, string> = { handle: () => [], snapshot: () => null, restore: () => {} };

fabricContract("the simulation", async ({ parties, execute, network }) => {
  const refused: string[] = [];
  const simulation = new Simulation<string, string, string>({
    party: (id) => parties[id] ?? nobody,
    ...{ execute, network },
    workload: () => 1,
    roundEnd: () => null,
    refuse: (from, { code }) => {
      refused.push(`${from} ${code}`);
      return code;
    },
    lookahead: 2,
  });
  return {
    async run() {
      for await (const _ of simulation.run());
    },
    traffic: simulation.traffic,
    refused,
  };
});

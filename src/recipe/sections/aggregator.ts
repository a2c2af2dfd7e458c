import { z } from "zod";
import { usualKind } from "../fields.ts";

/** Rules that make one update of many, seen in the clear. A new one is added to this list and to `aggregation/`. */
export const aggregators = [
  z
    .strictObject({
      kind: usualKind("mean"),
      weights: z
        .enum(["examples", "uniform"])
        .default("examples")
        .describe("Whether a client counts by the examples it holds, or each client the same."),
    })
    .describe("The weighted mean (FedAvg, McMahan et al. 2017)."),
] as const;

export const aggregatorSection = z
  .discriminatedUnion("kind", aggregators)
  .prefault({})
  .describe("How the server makes one update of those it sees in the clear.");

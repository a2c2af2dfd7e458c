/**
 * What the server tells a client that has come: what is learnt, from which data, by which work and protocol, and the
 * programs to train with. It travels once, as a message of kind `plan`; the client answers `ready` when it has read
 * its data. The client shows it to its owner before anything is read.
 */
import { z } from "zod";
import type { ClientData } from "../data/client-data.ts";
import { type DataPlan, dataPlanSchema } from "../data/data-plan.ts";
import { encodeProgramBundle, type ProgramBundle } from "../learn/program-bundle.ts";
import { aggregatorSection } from "../recipe/sections/aggregator.ts";
import { faultPlanSchema } from "../recipe/sections/network.ts";
import { privacySection } from "../recipe/sections/privacy.ts";
import { protocolSection } from "../recipe/sections/protocol.ts";
import type { Message, Tensor } from "../runtime/message.ts";

export const runPlanSchema = z.strictObject({
  version: z.literal(1),
  /** The run's name, and the recipe's. */
  run: z
    .string()
    .max(200)
    .regex(/^\P{C}*$/u),
  recipe: z.string().max(64),
  rounds: z.int().min(1),
  /** Rounds between the server's checkpoints: so many may be repeated after it was started again. */
  checkpointEvery: z.int().min(1),
  /** Seconds that a round waits; null: for everyone. */
  deadline: z.number().positive().nullable(),
  /** Of the run; the order in which this client visits its examples follows from it and its name. */
  seed: z.int(),
  /** What goes wrong on purpose, drawn from the seed; absent: nothing. */
  network: faultPlanSchema.exactOptional(),
  /** Length of the model. */
  dimension: z.int().min(1),
  protocol: protocolSection,
  aggregator: aggregatorSection,
  privacy: privacySection,
  /** Which embeddings clients share, and where their examples speak of them; null under protocols that share none. */
  embeddings: z
    .strictObject({
      parameter: z.string().max(128),
      columns: z.array(z.int().min(0)).max(64).readonly(),
      labels: z.boolean(),
    })
    .nullable(),
  data: dataPlanSchema as z.ZodType<DataPlan>,
});

/** Everything but the programs; plain data. */
export type RunPlan = z.output<typeof runPlanSchema>;

/** What goes with the plan. */
export interface PlanParts {
  readonly bundle: ProgramBundle;
  /** Under a personal protocol: every client's model before its first round. */
  readonly initial?: Float32Array | undefined;
  /** What the server deals out, where clients are to try the system without data of their own. */
  readonly trial?: ClientData | undefined;
}

export interface ReceivedPlan extends PlanParts {
  /** Fingerprint of the key of the server, which has one for each run. */
  readonly server: string;
  readonly plan: RunPlan;
}

/** The `plan` message. Throws as `encodeProgramBundle`. */
export function encodePlan(plan: RunPlan, { bundle, initial, trial }: PlanParts): Message {
  const tensors: Record<string, Tensor> = {
    plan: new TextEncoder().encode(JSON.stringify(plan)),
    programs: encodeProgramBundle(bundle),
    ...(initial && { initial }),
    ...(trial && { features: trial.examples.features, labels: trial.examples.labels }),
    ...(trial?.heldOut && { heldOutFeatures: trial.heldOut.features, heldOutLabels: trial.heldOut.labels }),
  };
  return { kind: "plan", round: 0, tensors };
}

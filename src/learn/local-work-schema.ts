/** The shape of a client's work in messages and bundles, where it comes from strangers. */
import { z } from "zod";
import type { LocalOptimizer, LocalWork } from "./training.ts";

const decay = z.number().min(0).lt(1);

const optimizer: z.ZodType<LocalOptimizer> = z.strictObject({
  kind: z.enum(["sgd", "adam"]),
  rate: z.number().positive(),
  momentum: decay.exactOptional(),
  beta1: decay.exactOptional(),
  beta2: decay.exactOptional(),
  epsilon: z.number().positive().exactOptional(),
  decay: z.number().min(0).exactOptional(),
  clip: z.number().positive().exactOptional(),
});

export const localWork: z.ZodType<LocalWork> = z.strictObject({
  epochs: z.int().min(1),
  steps: z.int().min(1).exactOptional(),
  batch: z.int().min(1),
  optimizer,
  proximal: z.number().min(0).exactOptional(),
  workerMomentum: decay.exactOptional(),
});

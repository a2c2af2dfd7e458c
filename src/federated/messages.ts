/** The rounds' own messages. Everything a protocol sends travels beside them under the protocol's prefix. */
import { z } from "zod";
import type { LocalWork } from "../learn/training.ts";
import type { Json } from "../runtime/message.ts";

const optimizer = z.object({
  kind: z.enum(["sgd", "adam"]),
  rate: z.number().positive(),
  momentum: z.number().min(0).lt(1).optional(),
  beta1: z.number().min(0).lt(1).optional(),
  beta2: z.number().min(0).lt(1).optional(),
  epsilon: z.number().positive().optional(),
  decay: z.number().min(0).optional(),
  clip: z.number().positive().optional(),
});

const work = z.object({
  epochs: z.number().int().min(1),
  batch: z.number().int().min(1),
  optimizer,
  proximal: z.number().min(0).optional(),
});

/** Server to client: train on this model. Tensors: `model` of length d; `control` of length d under SCAFFOLD. */
export const roundBody = z.object({
  attempt: z.number().int().min(1),
  work: work as z.ZodType<LocalWork>,
  /** Measure the received model on the client's own data first. */
  evaluate: z.boolean(),
  /** What the protocol's server half tells every client of the cohort. */
  plan: z.json() as z.ZodType<Json>,
});

/** Server to every client of the cohort: the round is over, and whether the client's update is in it. */
export const closeBody = z.object({ attempt: z.number().int().min(1), accepted: z.boolean() });

/** Client to server: local training did not give finite numbers. */
export const divergedBody = z.object({ attempt: z.number().int().min(1), loss: z.string().max(32) });

/** Every message of a protocol carries the attempt, so that answers to an abandoned attempt are recognised. */
export const attemptBody = z.looseObject({ attempt: z.number().int().min(1) });

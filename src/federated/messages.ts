/** The rounds' own messages. Everything a protocol sends travels beside them under the protocol's prefix. */
import { z } from "zod";
import { localWork } from "../learn/local-work-schema.ts";
import type { LocalWork } from "../learn/training.ts";
import type { Json, Message } from "../runtime/message.ts";
import type { Address } from "./step-effects.ts";

/** Server to client: train on this model. Tensors: `model` of length d, none under personal protocols; `control` of length d under SCAFFOLD. */
export const roundBody = z.object({
  attempt: z.number().int().min(1),
  work: localWork,
  /** Measure the received model on the client's own data first. */
  evaluate: z.boolean(),
  /** What the protocol's server half tells every client of the cohort. */
  plan: z.json() as z.ZodType<Json>,
});

/** The message that {@link roundBody} describes. */
export function roundMessage(
  { round, attempt }: Address,
  { work, ...rest }: { readonly work: LocalWork; readonly evaluate: boolean; readonly plan: Json },
  tensors: Message["tensors"],
): Message {
  const body = { attempt, work: { ...work, optimizer: { ...work.optimizer } }, ...rest };
  return { kind: "round", round, body, ...(tensors && { tensors }) };
}

/** Server to every client of the cohort: the round is over, and whether the client's update is in it. */
export const closeBody = z.object({ attempt: z.number().int().min(1), accepted: z.boolean() });

/** Client to server: local training did not give finite numbers. */
export const divergedBody = z.object({
  attempt: z.number().int().min(1),
  loss: z.enum(["NaN", "Infinity", "-Infinity"]),
});

/** Every message of a protocol carries the attempt, so that answers to an abandoned attempt are recognised. */
export const attemptBody = z.looseObject({ attempt: z.number().int().min(1) });

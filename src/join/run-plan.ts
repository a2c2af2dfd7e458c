/**
 * What the server tells a client that has come: what is learnt, from which data, by which work and protocol, and the
 * programs to train with. It travels once, as a message of kind `plan`; the client answers `ready` when it has read
 * its data. The client shows it to its owner before anything is read.
 */
import { z } from "zod";
import { type DataPlan, dataPlanSchema } from "../data/data-plan.ts";
import type { Examples } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import { decodeProgramBundle, encodeProgramBundle, type ProgramBundle } from "../learn/program-bundle.ts";
import { aggregatorSection } from "../recipe/sections/aggregator.ts";
import { faultPlanSchema } from "../recipe/sections/network.ts";
import { privacySection } from "../recipe/sections/privacy.ts";
import { protocolSection } from "../recipe/sections/protocol.ts";
import type { Message, Tensor } from "../runtime/message.ts";

const runPlan = z.strictObject({
  version: z.literal(1),
  /** The run's name, and the recipe's. */
  run: z.string().max(200),
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
  data: dataPlanSchema as z.ZodType<DataPlan>,
});

/** Everything but the programs; plain data. */
export type RunPlan = z.output<typeof runPlan>;

export interface ReceivedPlan {
  readonly plan: RunPlan;
  readonly bundle: ProgramBundle;
  /** Examples that the server deals out, where clients are to try the system without data of their own. */
  readonly trial: Examples | undefined;
}

/** The `plan` message. Throws as `encodeProgramBundle`. */
export function encodePlan(plan: RunPlan, bundle: ProgramBundle, trial?: Examples): Message {
  const tensors: Record<string, Tensor> = {
    plan: new TextEncoder().encode(JSON.stringify(plan)),
    programs: encodeProgramBundle(bundle),
  };
  if (trial !== undefined) {
    tensors.features = trial.features;
    tensors.labels = trial.labels;
  }
  return { kind: "plan", round: 0, tensors };
}

/** @throws InputError `join.plan`, or as `decodeProgramBundle` */
export function decodePlan({ tensors = {} }: Message): ReceivedPlan {
  const { plan: text, programs, features, labels } = tensors;
  if (!(text instanceof Uint8Array) || !(programs instanceof Uint8Array))
    throw malformed("parts are missing");
  const parsed = runPlan.safeParse(parseJson(text));
  if (!parsed.success) {
    throw malformed(`${parsed.error.issues[0].path.join(".")} ${parsed.error.issues[0].message}`);
  }
  const bundle = decodeProgramBundle(programs);
  if (bundle.layout.length !== parsed.data.dimension) throw malformed("model and programs differ in length");
  if (parsed.data.data.classNames.length !== bundle.data.classes) {
    throw malformed("data and programs differ in their classes");
  }
  const trial = features === undefined ? undefined : readTrial(bundle, features, labels);
  return { plan: parsed.data, bundle, trial };
}

function readTrial({ data: { shape, classes } }: ProgramBundle, features: Tensor, labels?: Tensor): Examples {
  const isPictures = features instanceof Uint8Array;
  if (!(isPictures || features instanceof Float32Array) || !(labels instanceof Int32Array)) {
    throw malformed("the examples that were dealt are of wrong types");
  }
  const width = shape.reduce((product, n) => product * n, 1);
  if (features.length !== width * labels.length || labels.some((label) => label < 0 || label >= classes)) {
    throw malformed("the examples that were dealt do not fit the programs");
  }
  return { features, scale: isPictures ? 1 / 255 : 1, shape, labels, classes };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function malformed(what: string): InputError {
  return new InputError(
    "join.plan",
    `The server's plan cannot be used: ${what}; bring both sides to one release.`,
  );
}

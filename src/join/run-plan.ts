/**
 * What the server tells a client that has come: what is learnt, from which data, by which work and protocol, and the
 * programs to train with. It travels once, as a message of kind `plan`; the client answers `ready` when it has read
 * its data. The client shows it to its owner before anything is read.
 */
import { z } from "zod";
import type { ClientData } from "../data/client-data.ts";
import { type DataPlan, dataPlanSchema } from "../data/data-plan.ts";
import type { Examples } from "../data/examples.ts";
import { rangesOf } from "../data/facts/fact.ts";
import { InputError } from "../errors.ts";
import { decodeProgramBundle, encodeProgramBundle, type ProgramBundle } from "../learn/program-bundle.ts";
import { allFinite } from "../numeric/finite.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
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
export type RunPlan = z.output<typeof runPlan>;

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

/**
 * @param server fingerprint of the key of the server that it came from
 * @throws InputError `join.plan`, or as `decodeProgramBundle`
 */
export function decodePlan({ tensors = {} }: Message, server: string): ReceivedPlan {
  const { plan: text, programs, initial } = tensors;
  if (!(text instanceof Uint8Array) || !(programs instanceof Uint8Array))
    throw malformed("parts are missing");
  const parsed = runPlan.safeParse(parseJson(text));
  if (!parsed.success) {
    throw malformed(`${parsed.error.issues[0].path.join(".")} ${parsed.error.issues[0].message}`);
  }
  const bundle = decodeProgramBundle(programs);
  if (bundle.layout.length !== parsed.data.dimension) throw malformed("model and programs differ in length");
  if (!isFor(parsed.data.data, bundle)) throw malformed("data and programs do not fit together");
  const isPersonal = isEmbeddings(parsed.data.protocol);
  if (isPersonal !== (parsed.data.embeddings !== null) || isPersonal !== isModel(initial, bundle)) {
    throw malformed("the first model is not of the programs");
  }
  return {
    ...{ server, plan: parsed.data, bundle, trial: readTrial(bundle, tensors) },
    initial: initial as Float32Array | undefined,
  };
}

function isFor(plan: DataPlan, { data: { classes, ranges } }: ProgramBundle): boolean {
  if (plan.kind !== "facts") return plan.classNames.length === classes && ranges === undefined;
  const { entities, relations } = plan;
  const vocabulary = { entities: entities.length, relations: relations.length };
  return entities.length === classes && String(ranges) === String(rangesOf(vocabulary));
}

function isModel(tensor: Tensor | undefined, { layout }: ProgramBundle): boolean {
  return tensor instanceof Float32Array && tensor.length === layout.length && allFinite(tensor);
}

function readTrial(bundle: ProgramBundle, tensors: Readonly<Record<string, Tensor>>): ClientData | undefined {
  const { features, labels, heldOutFeatures, heldOutLabels } = tensors;
  if (features === undefined) return undefined;
  return {
    examples: readExamples(bundle, features, labels),
    ...(heldOutFeatures && { heldOut: readExamples(bundle, heldOutFeatures, heldOutLabels) }),
  };
}

function readExamples(
  { data: { shape, classes, ranges } }: ProgramBundle,
  features: Tensor,
  labels: Tensor | undefined,
): Examples {
  const isPictures = features instanceof Uint8Array;
  if (!(isPictures || features instanceof Float32Array) || !(labels instanceof Int32Array)) {
    throw malformed("the examples that were dealt are of wrong types");
  }
  const width = shape.reduce((product, n) => product * n, 1);
  if (features.length !== width * labels.length || labels.some((label) => label < 0 || label >= classes)) {
    throw malformed("the examples that were dealt do not fit the programs");
  }
  if (
    ranges &&
    !features.every((thing, i) => Number.isInteger(thing) && thing >= 0 && thing < ranges[i % width])
  ) {
    throw malformed("the examples that were dealt speak of things that there are not");
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

/** The plan as a client takes it: from a server that may be of another release, or lie. */
import type { ClientData } from "../data/client-data.ts";
import type { DataPlan } from "../data/data-plan.ts";
import { type Examples, size } from "../data/examples.ts";
import { rangesOf } from "../data/facts/fact.ts";
import { InputError } from "../errors.ts";
import { tableIn } from "../federated/entities-in.ts";
import { decodeProgramBundle, type ProgramBundle } from "../learn/program-bundle.ts";
import { allFinite } from "../numeric/finite.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import type { Message, Tensor } from "../runtime/message.ts";
import { type ReceivedPlan, type RunPlan, runPlanSchema } from "./run-plan.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * @param server fingerprint of the key of the server that it came from
 * @throws InputError `join.plan`, or as `decodeProgramBundle`
 */
export function decodePlan({ tensors = {} }: Message, server: string): ReceivedPlan {
  const { plan: text, programs } = tensors;
  if (!(text instanceof Uint8Array) || !(programs instanceof Uint8Array))
    throw malformed("parts are missing");
  const parsed = runPlanSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw malformed(`${parsed.error.issues[0].path.join(".")} ${parsed.error.issues[0].message}`);
  }
  const plan = parsed.data;
  const bundle = decodeProgramBundle(programs);
  if (bundle.layout.length !== plan.dimension) throw malformed("model and programs differ in length");
  if (!isFor(plan.data, bundle)) throw malformed("data and programs do not fit together");
  const trial = readTrial(bundle, tensors);
  const initial = readInitial(plan, bundle, tensors, trial);
  return { server, plan, bundle, initial, trial };
}

function isFor(plan: DataPlan, { data: { classes, ranges } }: ProgramBundle): boolean {
  if (plan.kind !== "facts") return plan.classNames.length === classes && ranges === undefined;
  const { entities, relations } = plan;
  const vocabulary = { entities: entities.length, relations: relations.length };
  return entities.length === classes && String(ranges) === String(rangesOf(vocabulary));
}

/** What there must be under a personal protocol, and must not be under any other. */
function readInitial(
  { protocol, embeddings, data }: RunPlan,
  bundle: ProgramBundle,
  { initial }: Tensors,
  trial: ClientData | undefined,
): Float32Array | undefined {
  if (!isEmbeddings(protocol)) {
    const holdsOut = data.kind === "facts" && data.holdOut;
    if (embeddings !== null || initial !== undefined || holdsOut) {
      throw malformed("clients have no models of their own");
    }
    return undefined;
  }
  if (embeddings === null || !areIn(embeddings, bundle)) {
    throw malformed("the embeddings are not of the programs and the data");
  }
  const holdsOut =
    data.kind === "facts" && data.holdOut && (trial === undefined || trial.heldOut !== undefined);
  if (!holdsOut) throw malformed("there is nothing to measure models on");
  if (initial instanceof Float32Array && initial.length === bundle.layout.length && allFinite(initial)) {
    return initial;
  }
  throw malformed("the first model is not of the programs");
}

function areIn(
  where: NonNullable<RunPlan["embeddings"]>,
  { layout, data: { shape, classes, ranges } }: ProgramBundle,
): boolean {
  const entities = tableIn(layout, where)?.entities;
  const { columns, labels } = where;
  return (
    entities !== undefined &&
    new Set(columns).size === columns.length &&
    columns.every((column) => column < size(shape) && ranges?.[column] === entities) &&
    (!labels || classes === entities)
  );
}

function readTrial(bundle: ProgramBundle, tensors: Tensors): ClientData | undefined {
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
  const width = size(shape);
  if (
    labels.length === 0 ||
    features.length !== width * labels.length ||
    labels.some((label) => label < 0 || label >= classes)
  ) {
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

/**
 * The file in which a client keeps the model that is its own under a personal protocol: it is what the client gains from
 * the run, and what it goes on from when it comes back.
 */
import { InputError } from "../errors.ts";
import { exportSafetensors, importSafetensors } from "../learn/export-safetensors.ts";
import { allFinite } from "../numeric/finite.ts";
import type { ReceivedPlan } from "./run-plan.ts";

/**
 * A safetensors file with the task's parameters; its metadata name run, server (the fingerprint of its key), task, client and round.
 *
 * @param round after which the model is as it is
 */
export function encodeOwnModel(
  { server, plan, bundle }: ReceivedPlan,
  client: string,
  round: number,
  model: Float32Array,
): Uint8Array<ArrayBuffer> {
  const metadata = { run: plan.run, server, task: bundle.task, client, round: String(round) };
  return exportSafetensors(bundle.layout, model, metadata);
}

/**
 * The model in such a file.
 *
 * @param client the name in the run of whose model it is to be
 * @param file its name, for errors
 * @throws InputError `join.model` when the bytes are no model of this client in this run
 */
export function decodeOwnModel(
  bytes: Uint8Array,
  { server, plan, bundle }: ReceivedPlan,
  client: string,
  file: string,
): Float32Array {
  const { parameters, metadata } = read(bytes, bundle, file);
  if (metadata.run === undefined) throw noModel(file, "holds a model that no client of a run has kept there");
  if (metadata.server !== server) {
    const isNamesake = metadata.run === plan.run;
    const run = isNamesake
      ? "an earlier run of the same name"
      : `another run, ${JSON.stringify(metadata.run)}`;
    throw noModel(file, `holds a model of ${run}`);
  }
  if (metadata.task !== bundle.task) throw noModel(file, "is not a model of what this run learns");
  if (metadata.client !== client) {
    throw noModel(file, `holds the model of another client, ${JSON.stringify(metadata.client)}`);
  }
  if (!allFinite(parameters)) throw noModel(file, "holds a model with numbers that are not finite");
  return parameters;
}

function read(bytes: Uint8Array, { layout }: ReceivedPlan["bundle"], file: string) {
  try {
    return importSafetensors(layout, bytes);
  } catch (cause) {
    throw noModel(file, "is not a model of what this run learns", cause);
  }
}

function noModel(file: string, what: string, cause?: unknown): InputError {
  return new InputError(
    "join.model",
    `${file} ${what}: keep your own model in another file (--model), or move this one out of the way.`,
    { cause },
  );
}

import { RunError } from "../errors.ts";
import { exportOnnx } from "../learn/export-onnx.ts";
import { exportOwnModels, exportSafetensors } from "../learn/export-safetensors.ts";
import { onnxAccuracy } from "../learn/node/onnx-accuracy.ts";
import type { RunSummary } from "../records/events.ts";
import { type RunFolder, writeFileAtomic } from "../records/node/index.ts";
import type { PartyId } from "../runtime/party.ts";
import type { PreparedModel } from "./prepare.ts";
import { samePredictions } from "./same-predictions.ts";

/** What a run has learnt: the server's model, or under a personal protocol each client's own, as far as they are here. */
export type Learnt = Float32Array | ReadonlyMap<PartyId, Float32Array>;

/** Of the files that were written. */
export interface Exported {
  /** Null where real clients have models of their own. */
  readonly model: string | null;
  /** Null where there is no one model to run. */
  readonly onnx: string | null;
  /** Accuracy of the ONNX file, where hits are what the task counts. */
  readonly onnxAccuracy?: number;
}

/**
 * Writes what a run has learnt: one model as safetensors and as ONNX, which is checked on the held-out set; or all
 * clients' own models in one safetensors file, in which names begin with the client's; nothing where there are none here.
 *
 * @throws RunError `export.onnx` when the exported model does not predict as the trained one
 */
export async function exportModels(
  { task, spec, layout, dataset }: PreparedModel,
  folder: RunFolder,
  learnt: Learnt,
  final: RunSummary["final"] | null,
  metadata: Readonly<Record<string, string>>,
): Promise<Exported> {
  if (!(learnt instanceof Float32Array)) {
    if (learnt.size === 0) return { model: null, onnx: null };
    await writeFileAtomic(folder.model, exportOwnModels(layout, learnt, metadata));
    return { model: folder.model, onnx: null };
  }
  await writeFileAtomic(folder.model, exportSafetensors(layout, learnt, metadata));
  const onnx = exportOnnx(task, spec, learnt);
  await writeFileAtomic(folder.onnx, onnx);
  const files = { model: folder.model, onnx: folder.onnx };
  // Hits say nothing of a task that counts something else.
  if (!task.countsHits || final === null) return files;
  const exported = await onnxAccuracy(onnx, dataset.test);
  if (samePredictions(exported, final.accuracy, dataset.test.labels.length)) {
    return { ...files, onnxAccuracy: exported };
  }
  throw new RunError(
    "export.onnx",
    `model.onnx predicts ${exported} of the test set where the trained model predicts ${final.accuracy}.`,
    { at: folder.onnx },
  );
}

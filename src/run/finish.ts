import { relative } from "node:path";
import { RunError } from "../errors.ts";
import { exportOnnx } from "../learn/export-onnx.ts";
import { exportSafetensors } from "../learn/export-safetensors.ts";
import { onnxAccuracy } from "../learn/node/onnx-accuracy.ts";
import type { Recipe } from "../recipe/schema.ts";
import { lastSuccess } from "../records/attack-figures.ts";
import type { RoundSummary, RunSummary } from "../records/events.ts";
import { type RunFolder, writeFileAtomic, writeReport } from "../records/node/index.ts";
import { corruptedAmongKept, defenceRecord, leftOut } from "../records/report/defence-record.ts";
import type { LogSummary } from "../records/summary.ts";
import type { PreparedModel } from "./prepare.ts";
import { samePredictions } from "./same-predictions.ts";

/**
 * Exports the trained model, checks the ONNX file on the held-out set, and completes the summary.
 *
 * @throws RunError `export.onnx` when the exported model does not predict as the trained one
 */
export async function finishRun(run: {
  readonly prepared: PreparedModel;
  readonly folder: RunFolder;
  readonly model: Float32Array;
  readonly summary: LogSummary;
}): Promise<RunSummary> {
  const { prepared, folder, model } = run;
  const { task, spec, layout, dataset } = prepared;
  const { final, best, ...facts } = run.summary;
  if (!final || !best) throw new RunError("run.not-evaluated", "The run ended without an evaluation.");
  const metadata = {
    task: task.name,
    recipe: facts.recipe,
    seed: String(facts.seed),
    round: String(final.round),
  };
  await writeFileAtomic(folder.model, exportSafetensors(layout, model, metadata));
  const onnx = exportOnnx(task, spec, model);
  await writeFileAtomic(folder.onnx, onnx);
  // Hits say nothing of a task that counts something else.
  const exported = task.countsHits ? await onnxAccuracy(onnx, dataset.test) : undefined;
  const examples = dataset.test.labels.length;
  if (exported !== undefined && !samePredictions(exported, final.accuracy, examples)) {
    throw new RunError(
      "export.onnx",
      `model.onnx predicts ${exported} of the test set where the trained model predicts ${final.accuracy}.`,
      { at: folder.onnx },
    );
  }
  const shown = (path: string) => relative(process.cwd(), path) || path;
  return {
    ...facts,
    final: { ...final, ...(exported !== undefined && { onnxAccuracy: exported }) },
    best,
    privacy: null,
    method: methodFigures(prepared.recipe, facts.rounds),
    files: {
      report: shown(folder.report),
      model: shown(folder.model),
      onnx: shown(folder.onnx),
      events: shown(folder.events),
    },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function methodFigures({ protocol, aggregator, adversary }: Recipe, rounds: readonly RoundSummary[]) {
  const kinds = { protocol: protocol.kind, aggregator: aggregator.kind };
  if (adversary === null) return kinds;
  const record = defenceRecord(rounds);
  const success = lastSuccess(rounds);
  return {
    ...kinds,
    adversary: adversary.kind,
    attackedRounds: record.rounds,
    corruptedLeftOut: leftOut(record.corrupted),
    honestLeftOut: leftOut(record.honest),
    corruptedAmongKept: corruptedAmongKept(record),
    ...(success && { attackSuccess: success.success }),
  };
}

/** Writes report and summary of a run whose log holds its last event; the summary last, because it marks the run as done. */
export async function publishRun(folder: RunFolder, summary: RunSummary): Promise<void> {
  await writeReport([folder], folder.report);
  await writeFileAtomic(folder.summary, `${JSON.stringify(summary, null, 2)}\n`);
}

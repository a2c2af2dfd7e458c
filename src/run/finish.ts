import { relative } from "node:path";
import { RunError } from "../errors.ts";
import type { Recipe } from "../recipe/schema.ts";
import { lastSuccess } from "../records/attack-figures.ts";
import type { RoundSummary, RunSummary } from "../records/events.ts";
import { type RunFolder, writeFileAtomic, writeReport } from "../records/node/index.ts";
import { corruptedAmongKept, defenceRecord, leftOut } from "../records/report/defence-record.ts";
import type { LogSummary } from "../records/summary.ts";
import { exportModels, type Learnt } from "./export-models.ts";
import type { PreparedModel } from "./prepare.ts";
import { privacyClaim } from "./privacy-claim.ts";

/** Exports what was learnt, and completes the summary. Throws as `exportModels`. */
export async function finishRun(run: {
  readonly prepared: PreparedModel;
  readonly folder: RunFolder;
  readonly learnt: Learnt;
  readonly summary: LogSummary;
}): Promise<RunSummary> {
  const { prepared, folder } = run;
  const { final, best, ...facts } = run.summary;
  const metadata = {
    task: prepared.task.name,
    recipe: facts.recipe,
    seed: String(facts.seed),
    round: String(facts.rounds.at(-1)?.round ?? 0),
  };
  const { model, onnx, ...measured } = await exportModels(prepared, folder, run.learnt, final, metadata);
  if (!final || !best) {
    throw new RunError(
      "run.not-evaluated",
      `No round of the run ended with an evaluation; what was learnt is in ${model ?? "the clients' own models"}.`,
    );
  }
  const shown = (path: string) => relative(process.cwd(), path) || path;
  return {
    ...facts,
    final: { ...final, ...measured },
    best,
    privacy: privacyClaim(prepared.recipe, facts.rounds),
    method: methodFigures(prepared.recipe, facts.rounds),
    files: {
      report: shown(folder.report),
      model: model && shown(model),
      onnx: onnx && shown(onnx),
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

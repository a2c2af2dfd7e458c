/**
 * A run from recipe to results: prepares data and task, drives the simulated federation, keeps the event log and
 * the checkpoints, and exports the model, the summary and the report. Nothing is written before the recipe, the
 * data and the task have proved good. A run that was interrupted at any moment, `kill -9` included, resumes from
 * its last checkpoint and ends with the same bits as one that was not.
 */
import { availableParallelism } from "node:os";
import { CoterieError, RunError } from "../errors.ts";
import type { Job } from "../federated/jobs.ts";
import { createWorkerTrainer } from "../learn/node/worker-trainer.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { EventStore } from "../records/event-store.ts";
import type { EventBody, RunEvent, RunSummary } from "../records/events.ts";
import {
  checkpointFile,
  discardCheckpointsAfter,
  loadLatestCheckpoint,
  lockRun,
  openSqliteStore,
  type RunFolder,
  saveCheckpoint,
} from "../records/node/index.ts";
import { foldSummary } from "../records/summary.ts";
import type { SimulationState } from "../runtime/simulation/simulation.ts";
import { localWorkOf } from "./components.ts";
import { describeRun } from "./describe-run.ts";
import { simulateFederation } from "./federation.ts";
import { finishRun, publishRun } from "./finish.ts";
import { Journal } from "./journal.ts";
import { checkSameData, checkSameRecipe, openFolder } from "./open-folder.ts";
import { type PreparedRun, prepare } from "./prepare.ts";

export interface RunOptions {
  /** The run's folder, made when missing. Default: a new one under `runs/`, named by recipe and time. */
  readonly folder?: string;
  /** Threads that train, >= 1; results do not depend on it. Default: the processors there are, at most 8. */
  readonly workers?: number;
  /** Goes on with the interrupted run in `folder`; its history comes first among the events. Default false. */
  readonly resume?: boolean;
  /** Aborting stops the run at the next safe point; it can be resumed. */
  readonly signal?: AbortSignal;
  /** What relative paths in the recipe start from. Default: the working folder. */
  readonly baseFolder?: string;
}

/**
 * Runs a recipe and gives the events as they happen; the last one is `run-finished` with the summary. When
 * `options.signal` aborts, the events just end.
 *
 * @throws InputError when recipe, data or task are wrong, before anything is written
 * @throws RunError when the run fails; the log then ends with `run-failed`
 * @example for await (const event of run(recipe)) if (event.kind === "round-finished") console.log(event.accuracy);
 */
export async function* run(recipe: Recipe, options: RunOptions = {}): AsyncGenerator<RunEvent> {
  const { resume = false, signal } = options;
  const prepared = await prepare(recipe, options.baseFolder ?? process.cwd());
  const workers = options.workers ?? Math.min(availableParallelism(), 8);
  await using trainer = await createWorkerTrainer({ ...prepared, work: localWorkOf(recipe), workers });
  const { server, simulation } = simulateFederation(prepared, trainer, workers);

  const folder = await openFolder(options.folder, recipe, resume);
  using _lock = lockRun(folder.lock);
  await using store = openSqliteStore(folder.events);
  const start = describeRun(prepared, folder.run, workers);
  const progress = await openProgress(folder, store, prepared, start);
  const { journal } = progress;
  const summary = foldSummary();
  const record = (at: number, body: EventBody): RunEvent => {
    const event = journal.stamp(at, body);
    summary.add(event);
    return event;
  };

  if (progress.history.length === 0) {
    const event = record(0, start);
    // At once: the first round may take long, and others follow the log.
    await journal.flush();
    yield event;
  } else {
    // The run may have been killed between its last event and its report.
    if (progress.finished) await publishRun(folder, progress.finished);
    for (const event of progress.history) {
      summary.add(event);
      yield event;
    }
    if (progress.finished) return;
    if (progress.world) simulation.restore(progress.world);
  }

  let { round, best } = progress;
  let saved = round;
  let roundStartedAt = performance.now();
  try {
    for await (const batch of simulation.run(signal)) {
      for (const { at, event } of batch) {
        if (event.kind !== "round-finished") {
          yield record(at, event);
          continue;
        }
        const now = performance.now();
        const wallSeconds = (now - roundStartedAt) / 1000;
        roundStartedAt = now;
        round = event.round;
        yield record(at, { ...event, ...simulation.traffic.take(), wallSeconds });
      }
      const finished = batch.map(({ event }) => event).find((event) => event.kind === "round-finished");
      if (finished && (round % recipe.checkpoint.every === 0 || round === recipe.rounds)) {
        const isBest = finished.accuracy !== null && finished.accuracy > (best?.accuracy ?? -1);
        if (isBest) best = { round, accuracy: finished.accuracy! };
        // The event comes first and belongs to the checkpoint; without its file it is superseded on resume.
        yield record(simulation.now, {
          kind: "checkpoint",
          round,
          file: checkpointFile(round),
          best: isBest,
        });
        await journal.flush();
        const world: World = { simulation: simulation.snapshot(), best };
        await saveCheckpoint(folder, { round, sequence: journal.sequence, world }, best?.round ?? null);
        saved = round;
      }
      await journal.flushWhenDue();
    }
    await journal.flush();
    if (!simulation.finished) return;
    const result = await finishRun({ prepared, folder, model: server.model, summary: summary.result() });
    const event = record(simulation.now, { kind: "run-finished", summary: result });
    await journal.flush();
    await publishRun(folder, result);
    yield event;
  } catch (error) {
    const failed = simulation.finished ? null : round + 1;
    const failure = describeFailure(error, failed, saved, folder);
    const { code, message } = failure;
    record(simulation.now, { kind: "run-failed", code, message, round: failed });
    // The first failure is the one to tell, and often the reason why the log cannot be written either.
    await journal.flush().catch(() => {});
    throw failure;
  }
}

/** What a checkpoint holds besides its round and place in the log. */
interface World {
  readonly simulation: SimulationState<Job>;
  readonly best: Best | null;
}

interface Best {
  readonly round: number;
  readonly accuracy: number;
}

interface Progress {
  readonly journal: Journal;
  /** The effective events so far; empty for a new run. */
  readonly history: readonly RunEvent[];
  /** The summary of a run that is over. */
  readonly finished: RunSummary | null;
  /** Last finished round that the run goes on from, 0 for none. */
  readonly round: number;
  readonly best: Best | null;
  readonly world: SimulationState<Job> | undefined;
}

/** Finds where a run stands and gives up what came after its last checkpoint. */
async function openProgress(
  folder: RunFolder,
  store: EventStore,
  { recipe }: PreparedRun,
  start: EventBody,
): Promise<Progress> {
  const last = await store.lastSequence();
  const journal = new Journal(store, last);
  if (last === 0) {
    // Checkpoints without a log belong to a run that is no more.
    await discardCheckpointsAfter(folder, 0);
    return { journal, history: [], finished: null, round: 0, best: null, world: undefined };
  }
  const recorded = await store.readAll();
  if (recorded[0].kind === "run-started") checkSameRecipe(recorded[0].recipe, recipe);
  checkSameData(recorded[0], start);
  const end = recorded.at(-1);
  if (end?.kind === "run-finished") {
    const { rounds } = recipe;
    return { journal, history: recorded, finished: end.summary, round: rounds, best: null, world: undefined };
  }
  const { checkpoint } = await loadLatestCheckpoint(folder, last);
  // Without a checkpoint only the first event, `run-started`, stands.
  const after = checkpoint?.sequence ?? 1;
  const round = checkpoint?.round ?? 0;
  await discardCheckpointsAfter(folder, round);
  journal.stamp(recorded.at(-1)!.at, { kind: "run-resumed", after });
  await journal.flush();
  const world = checkpoint?.world as World | undefined;
  const history = await store.readAll();
  return { journal, history, finished: null, round, best: world?.best ?? null, world: world?.simulation };
}

/**
 * The error for people, with what is left of the run.
 *
 * @param failed the round that failed; null after the last
 * @param saved the round of the last checkpoint, 0 for none
 */
function describeFailure(
  error: unknown,
  failed: number | null,
  saved: number,
  folder: RunFolder,
): CoterieError {
  if (!(error instanceof CoterieError)) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = failed === null ? "after its last round" : `in round ${failed}`;
    return new RunError("run.failed", `The run failed ${place}: ${reason}`, { cause: error });
  }
  if (error.code !== "run.diverged") return error;
  const left =
    saved === 0
      ? `There is no checkpoint yet${failed === 1 ? ": it was the first round" : ""}.`
      : `The last good checkpoint is that of round ${saved} in ${folder.checkpoints}.`;
  return new RunError(error.code, `${error.message} ${left}`, { cause: error });
}

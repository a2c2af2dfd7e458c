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
import type { EventBody, RunEvent } from "../records/events.ts";
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
import { finishRun } from "./finish.ts";
import { Journal } from "./journal.ts";
import { checkSameRecipe, openFolder } from "./open-folder.ts";
import { prepare } from "./prepare.ts";

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
  const progress = await openProgress(folder, store, recipe);
  const { journal } = progress;
  const summary = foldSummary();
  const record = (at: number, body: EventBody): RunEvent => {
    const event = journal.stamp(at, body);
    summary.add(event);
    return event;
  };

  if (progress.history.length === 0) {
    yield record(0, describeRun(prepared, folder.run, workers));
  } else {
    for (const event of progress.history) {
      summary.add(event);
      yield event;
    }
    if (progress.finished) return;
    if (progress.world) simulation.restore(progress.world);
  }

  let { round, best } = progress;
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
      }
      await journal.flushWhenDue();
    }
    await journal.flush();
    if (!simulation.finished) return;
    const result = await finishRun({ prepared, folder, model: server.model, summary: summary.result() });
    const event = record(simulation.now, { kind: "run-finished", summary: result.summary });
    await journal.flush();
    await result.publish(store);
    yield event;
  } catch (error) {
    const failure = describeFailure(error, round, folder);
    const { code, message } = failure;
    record(simulation.now, { kind: "run-failed", code, message, round: round + 1 });
    await journal.flush();
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
  /** Nothing is left to do. */
  readonly finished: boolean;
  /** Last finished round that the run goes on from, 0 for none. */
  readonly round: number;
  readonly best: Best | null;
  readonly world: SimulationState<Job> | undefined;
}

/** Finds where a run stands and gives up what came after its last checkpoint. */
async function openProgress(folder: RunFolder, store: EventStore, recipe: Recipe): Promise<Progress> {
  const last = await store.lastSequence();
  const journal = new Journal(store, last);
  if (last === 0) return { journal, history: [], finished: false, round: 0, best: null, world: undefined };
  const recorded = await store.readAll();
  if (recorded[0].kind === "run-started") checkSameRecipe(recorded[0].recipe, recipe);
  if (recorded.at(-1)?.kind === "run-finished") {
    return { journal, history: recorded, finished: true, round: recipe.rounds, best: null, world: undefined };
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
  return { journal, history, finished: false, round, best: world?.best ?? null, world: world?.simulation };
}

/** The error for people, with what is left of the run. */
function describeFailure(error: unknown, round: number, folder: RunFolder): CoterieError {
  if (!(error instanceof CoterieError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new RunError("run.failed", `The run failed in round ${round + 1}: ${reason}`, { cause: error });
  }
  if (error.code !== "run.diverged") return error;
  const left =
    round === 0
      ? "There is no checkpoint yet: it was the first round."
      : `The last good checkpoint is that of round ${round} in ${folder.checkpoints}.`;
  return new RunError(error.code, `${error.message} ${left}`, { cause: error });
}

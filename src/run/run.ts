/**
 * A run from recipe to results: prepares data and task, drives the simulated federation, keeps the event log and
 * the checkpoints, and exports the model, the summary and the report. Nothing is written before the recipe, the
 * data and the task have proved good. A run that was interrupted at any moment, `kill -9` included, resumes from
 * its last checkpoint and ends with the same bits as one that was not (unless clients add noise, which never comes again).
 */
import { availableParallelism } from "node:os";
import { createWorkerTrainer } from "../learn/node/worker-trainer.ts";
import { localWorkOf } from "../recipe/components.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { RunEvent } from "../records/events.ts";
import { attackFollower } from "./attack-follower.ts";
import { describeRun } from "./describe-run.ts";
import { simulateFederation, type World } from "./federation.ts";
import { openFolder } from "./open-folder.ts";
import { prepare } from "./prepare.ts";
import { RunRecord } from "./run-record.ts";
import { addSideShards } from "./side-shards.ts";

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
  const side = addSideShards(prepared);
  await using trainer = await createWorkerTrainer({
    ...{ task: prepared.task, dataset: side.dataset, shards: side.shards },
    ...{ work: localWorkOf(recipe), workers },
  });
  const federation = simulateFederation(prepared, side, trainer, workers);
  const { server, simulation } = federation;
  const attack = attackFollower(prepared, side.success, trainer);

  const folder = await openFolder(options.folder, recipe, resume);
  const start = describeRun(prepared, folder.run, workers);
  await using record = await RunRecord.open<World>(folder, prepared, start);
  yield* record.past;
  if (record.isFinished) return;
  if (record.world) federation.restore(record.world);

  let roundStartedAt = performance.now();
  try {
    for await (const batch of simulation.run(signal)) {
      for (const { at, event } of batch) {
        federation.note(event);
        attack?.note(event);
        if (event.kind !== "round-finished") {
          yield record.add(at, event);
          continue;
        }
        const now = performance.now();
        const wallSeconds = (now - roundStartedAt) / 1000;
        roundStartedAt = now;
        const figures = attack && {
          figures: {
            ...event.figures,
            ...(await attack.figures(event.accuracy === null ? null : server.model)),
          },
        };
        yield record.add(at, { ...event, ...simulation.traffic.take(), wallSeconds, ...figures });
      }
      const finished = batch.map(({ event }) => event).find((event) => event.kind === "round-finished");
      const checkpoint =
        finished && (await record.saveRound(simulation.now, finished, () => federation.snapshot()));
      if (checkpoint) yield checkpoint;
      await record.flushWhenDue();
    }
    await record.flush();
    if (simulation.finished) yield await record.finish(simulation.now, federation.learnt());
  } catch (error) {
    throw await record.fail(simulation.now, error, simulation.finished ? null : record.round + 1);
  }
}

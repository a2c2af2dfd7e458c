/**
 * What trainers that know the task work out from it and the data before an engine comes in: which program a job
 * needs, and which rows it reads.
 */
import type { Dataset, Examples } from "../data/examples.ts";
import { InputError, RunError } from "../errors.ts";
import type { Program } from "./engine.ts";
import { EVALUATION_BATCH } from "./evaluation-parts.ts";
import type { ParameterLayout } from "./layout.ts";
import { evaluationProgram, trainingProgram } from "./local-program.ts";
import { layoutOf } from "./parameters.ts";
import { programKey, type StepWork } from "./program-specs.ts";
import { type DataSpec, specOf, type Task } from "./task.ts";
import { type LoopShape, loopShape } from "./train-locally.ts";
import type { LocalWork } from "./training.ts";

/** What a trainer trains on. */
export interface TrainerData {
  readonly task: Task;
  readonly dataset: Dataset;
  /** Rows of the training set that each client holds; a job names one by its index. */
  readonly shards: readonly Int32Array[];
}

/** A program by its key, built when it is first needed. */
export interface PlannedProgram {
  readonly key: string;
  build(): { program: Program; shape: LoopShape };
}

export class TrainerPlan {
  readonly spec: DataSpec;
  readonly layout: ParameterLayout;
  readonly dataset: Dataset;
  readonly #task: Task;
  readonly #shards: readonly Int32Array[];
  readonly #testRows: Int32Array;
  readonly #largestShard: number;

  /** @throws InputError `learn.task.parameters` and the like when the task cannot be built for the data. */
  constructor({ task, dataset, shards }: TrainerData) {
    const { labels } = dataset.train;
    this.dataset = dataset;
    this.spec = specOf(dataset);
    this.layout = layoutOf(task, this.spec);
    this.#task = task;
    this.#shards = shards;
    this.#testRows = Int32Array.from(dataset.test.labels, (_, row) => row);
    this.#largestShard = shards.reduce((most, rows) => {
      checkRows(rows, labels.length);
      return Math.max(most, rows.length);
    }, 1);
  }

  /** The step that this work asks for. No client fills a batch beyond the largest shard, so it ends there. */
  training(work: LocalWork, corrected: boolean): PlannedProgram {
    const step: StepWork = { ...work, batch: Math.min(work.batch, this.#largestShard), corrected };
    return {
      key: `train ${programKey(step)}`,
      build: () => this.#shaped(trainingProgram(this.#task, this.spec, step)),
    };
  }

  evaluation(): PlannedProgram {
    return {
      key: "evaluate",
      build: () => this.#shaped(evaluationProgram(this.#task, this.spec, EVALUATION_BATCH)),
    };
  }

  /** Rows of the shard, or of the held-out set. */
  rows(on: number | "test"): Int32Array {
    if (on === "test") return this.#testRows;
    const rows = this.#shards[on];
    if (rows !== undefined) return rows;
    throw new RunError(
      "learn.shard.unknown",
      `There is no shard ${on}; the data were dealt into ${this.#shards.length}.`,
    );
  }

  examples(on: number | "test"): Examples {
    return on === "test" ? this.dataset.test : this.dataset.train;
  }

  #shaped(program: Program): { program: Program; shape: LoopShape } {
    return { program, shape: loopShape(program, this.layout) };
  }
}

function checkRows(rows: Int32Array, count: number): void {
  for (const row of rows) {
    if (row >= 0 && row < count) continue;
    throw new InputError(
      "learn.shard.row",
      `A shard names row ${row} of the training set, which has rows 0 to ${count - 1}.`,
    );
  }
}

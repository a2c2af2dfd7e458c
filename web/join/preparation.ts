/**
 * Between the server's plan and the first round: the owner gives data, as often as it takes; the engines of this
 * device are measured on the programs of the plan; the owner agrees.
 */
import type { Examples } from "../../src/data/examples.ts";
import type { ReceivedPlan } from "../../src/join/run-plan.ts";
import { createBundleTrainer } from "../../src/learn/bundle-trainer.ts";
import type { LoweredEngine } from "../../src/learn/lowered-program.ts";
import { chooseEngine } from "../../src/learn/probe.ts";
import type { Trainer } from "../../src/learn/training.ts";
import { browserClock } from "./browser-clock.ts";
import type { ClientFile } from "./data/client-file.ts";
import { readClientFiles } from "./data/read-client-files.ts";
import { availableEngines } from "./engines/engines.ts";
import { problemOf } from "./problem.ts";
import type { DataSummary, FromWorker } from "./worker-protocol.ts";

export class Preparation {
  /** Comes when the owner has agreed. */
  readonly trainer: Promise<Trainer>;
  readonly #received: ReceivedPlan;
  readonly #tell: (message: FromWorker) => void;
  readonly #agreed: (trainer: Trainer) => void;
  #examples: Examples | undefined;
  #engine: LoweredEngine | undefined;
  #measuring: Promise<void> | undefined;
  /** Counts what was given; only the latest matters. */
  #given = 0;

  constructor(received: ReceivedPlan, tell: (message: FromWorker) => void) {
    const { promise, resolve } = Promise.withResolvers<Trainer>();
    this.trainer = promise;
    this.#agreed = resolve;
    this.#received = received;
    this.#tell = tell;
  }

  async read(files: readonly ClientFile[]): Promise<void> {
    const given = ++this.#given;
    this.#examples = undefined;
    try {
      const { examples, notes } = await readClientFiles(files, this.#received.plan.data);
      if (given === this.#given) this.#use(examples, { source: "own", notes });
    } catch (error) {
      if (given === this.#given) this.#tell({ kind: "data-problem", problem: problemOf(error).problem });
    }
  }

  useTrial(): void {
    this.#given++;
    this.#use(this.#received.trial!, { source: "trial", notes: [] });
  }

  takePart(): void {
    const { bundle } = this.#received;
    this.#agreed(createBundleTrainer({ bundle, examples: this.#examples!, engine: this.#engine! }));
  }

  #use(examples: Examples, rest: Omit<DataSummary, "counts">): void {
    this.#examples = examples;
    const counts = new Array<number>(examples.classes).fill(0);
    for (const label of examples.labels) counts[label]++;
    this.#tell({ kind: "data", data: { counts, ...rest } });
    this.#measuring ??= this.#measure();
  }

  async #measure(): Promise<void> {
    const { bundle } = this.#received;
    try {
      const engines = await availableEngines(bundle);
      const candidates = engines.map((engine) => ({
        name: engine.name,
        engine,
        open: () => engine.open(bundle.training),
      }));
      const { chosen, measurements } = await chooseEngine(candidates, { bundle, clock: browserClock });
      this.#engine = chosen.engine;
      this.#tell({ kind: "measured", measurements, chosen: chosen.name });
    } catch (error) {
      this.#tell({ kind: "device-problem", problem: problemOf(error).problem });
    }
  }
}

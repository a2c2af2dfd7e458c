/**
 * Between the server's plan and the first round: the owner gives data, as often as it takes; the engines of this
 * device are measured on the programs of the plan; the owner agrees.
 */
import type { ClientData } from "../../src/data/client-data.ts";
import type { Prepared } from "../../src/join/join-run.ts";
import type { ReceivedPlan } from "../../src/join/run-plan.ts";
import { createBundleTrainer } from "../../src/learn/bundle-trainer.ts";
import type { LoweredEngine } from "../../src/learn/lowered-program.ts";
import { chooseEngine } from "../../src/learn/probe.ts";
import { browserClock } from "./browser-clock.ts";
import type { ClientFile } from "./data/client-file.ts";
import { readClientFiles } from "./data/read-client-files.ts";
import { contentOf, type DataSummary } from "./data-summary.ts";
import { availableEngines } from "./engines/engines.ts";
import { problemOf } from "./problem.ts";
import type { FromWorker } from "./worker-protocol.ts";

export class Preparation {
  /** Comes when the owner has agreed. */
  readonly prepared: Promise<Prepared>;
  readonly #received: ReceivedPlan;
  readonly #tell: (message: FromWorker) => void;
  readonly #agreed: (prepared: Prepared) => void;
  #data: ClientData | undefined;
  #engine: LoweredEngine | undefined;
  #measuring: Promise<void> | undefined;
  /** Counts what was given; only the latest matters. */
  #given = 0;

  constructor(received: ReceivedPlan, tell: (message: FromWorker) => void) {
    const { promise, resolve } = Promise.withResolvers<Prepared>();
    this.prepared = promise;
    this.#agreed = resolve;
    this.#received = received;
    this.#tell = tell;
  }

  async read(files: readonly ClientFile[]): Promise<void> {
    const given = ++this.#given;
    this.#data = undefined;
    try {
      const { notes, ...data } = await readClientFiles(files, this.#received.plan.data);
      if (given === this.#given) this.#use(data, { source: "own", notes });
    } catch (error) {
      if (given === this.#given) this.#tell({ kind: "data-problem", problem: problemOf(error).problem });
    }
  }

  useTrial(): void {
    this.#given++;
    this.#use(this.#received.trial!, { source: "trial", notes: [] });
  }

  takePart(): void {
    const [{ bundle }, data] = [this.#received, this.#data!];
    this.#agreed({ data, trainer: createBundleTrainer({ bundle, data, engine: this.#engine! }) });
  }

  #use(data: ClientData, given: Pick<DataSummary, "source" | "notes">): void {
    this.#data = data;
    const examples = data.examples.labels.length;
    const content = contentOf(data, this.#received.plan.data);
    this.#tell({ kind: "data", data: { ...given, examples, content } });
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

/**
 * The model that is this tab's own under a personal protocol: the page is handed every new one as a file, and it is kept
 * in this browser, so that a reload goes on from it.
 */
import { decodeOwnModel, encodeOwnModel } from "../../src/join/own-model-file.ts";
import type { ReceivedPlan } from "../../src/join/run-plan.ts";
import { type KeptModel, keepModel, readModel, removeModel } from "./own-model-store.ts";
import type { FromWorker } from "./worker-protocol.ts";

export class OwnModelRecord {
  readonly #slot: number | undefined;
  readonly #tell: (message: FromWorker) => void;
  /** The newest, of this run or of the one before. */
  #newest: KeptModel | undefined;
  /** Reads and writes come one after the other. */
  #work: Promise<void>;

  /** @param slot of the tab; undefined where the browser keeps nothing */
  constructor(slot: number | undefined, tell: (message: FromWorker) => void) {
    this.#slot = slot;
    this.#tell = tell;
    this.#work = this.#read();
  }

  /**
   * The run begins: the model that this tab came to in it before. Any other is forgotten.
   * @param client this tab's name in the run
   * @returns undefined where there is none that fits
   */
  async begin(received: ReceivedPlan, client: string): Promise<Float32Array | undefined> {
    await this.#work;
    if (this.#newest === undefined) return undefined;
    try {
      return decodeOwnModel(this.#newest.bytes, received, client, "The model in this browser");
    } catch {
      this.#forget();
      return undefined;
    }
  }

  /**
   * A round of the run that has begun has made a new one.
   * @param client this tab's name in the run
   */
  renew(received: ReceivedPlan, client: string, round: number, model: Float32Array): void {
    const bytes = encodeOwnModel(received, client, round, model);
    const kept = { server: received.server, run: received.plan.run, round, bytes };
    this.#newest = kept;
    this.#work = this.#work.then(async () => {
      // Storage may be slower than rounds are.
      if (this.#newest !== kept) return;
      this.#show(kept, this.#slot !== undefined && (await keepModel(this.#slot, kept)));
    });
  }

  /** The run of this server is over: its model is no longer kept. What the page was handed stays with the page. */
  async finished(server: string): Promise<void> {
    await this.#work;
    if (this.#newest?.server === server) this.#forget();
  }

  /** Comes when everything is done that was to be done. */
  settled(): Promise<void> {
    return this.#work;
  }

  #forget(): void {
    this.#newest = undefined;
    this.#work = this.#work.then(async () => {
      if (this.#slot !== undefined) await removeModel(this.#slot);
    });
  }

  async #read(): Promise<void> {
    this.#newest = this.#slot === undefined ? undefined : await readModel(this.#slot);
    if (this.#newest) this.#show(this.#newest, true);
  }

  #show({ bytes, ...what }: KeptModel, isKept: boolean): void {
    this.#tell({ kind: "own-model", model: { ...what, isKept, file: new Blob([bytes]) } });
  }
}

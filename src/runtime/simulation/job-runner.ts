import { EventQueue } from "./event-queue.ts";

/**
 * Executes scheduled jobs ahead of the simulated clock: those due first start first, and at most `lookahead` are
 * in execution or wait, finished, to be read. A job that is abandoned before it started costs nothing.
 */
export class JobRunner<Job, Result> {
  readonly #execute: (job: Job) => Promise<Result>;
  readonly #lookahead: number;
  readonly #unstarted = new EventQueue<{ readonly sequence: number; readonly job: Job }>();
  /** Position in `#unstarted`, by sequence. */
  readonly #position = new Map<number, { readonly position: number; readonly job: Job }>();
  readonly #started = new Map<number, Promise<Result>>();

  constructor(execute: (job: Job) => Promise<Result>, lookahead: number) {
    this.#execute = execute;
    this.#lookahead = lookahead;
  }

  /** `sequence` names the job; `due` is the simulated time at which its result will be asked for. */
  schedule(sequence: number, due: number, job: Job): void {
    this.#position.set(sequence, { position: this.#unstarted.push(due, { sequence, job }), job });
  }

  abandon(sequence: number): void {
    const waiting = this.#position.get(sequence);
    if (waiting) {
      this.#position.delete(sequence);
      this.#unstarted.cancel(waiting.position);
    }
    this.#started.delete(sequence);
  }

  /** Starts jobs as far as the lookahead allows. */
  startAhead(): void {
    while (this.#started.size < this.#lookahead) {
      const first = this.#unstarted.pop();
      if (first === undefined) return;
      const { sequence, job } = first.item;
      this.#position.delete(sequence);
      this.#start(sequence, job);
    }
  }

  /** The job's result; starts the job when that has not happened yet. Each result can be read once. */
  async result(sequence: number): Promise<Result> {
    const waiting = this.#position.get(sequence);
    if (waiting) {
      this.abandon(sequence);
      this.#start(sequence, waiting.job);
    }
    try {
      return await this.#started.get(sequence)!;
    } finally {
      this.#started.delete(sequence);
      this.startAhead();
    }
  }

  #start(sequence: number, job: Job): void {
    const running = this.#execute(job);
    // A failure counts when the result is read; an abandoned job may fail unheard.
    running.catch(() => {});
    this.#started.set(sequence, running);
  }
}

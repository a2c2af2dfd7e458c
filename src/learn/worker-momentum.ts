/** What a client sent in a round. */
export interface Sent {
  readonly round: number;
  readonly update: Float32Array;
}

/**
 * The memory of worker momentum: what a client sent last, before a given round. A server that was started again
 * repeats rounds since its last checkpoint, and an attempt may fail; a repeated round begins from what was before it,
 * so that the same rounds give the same updates however often they took.
 */
export class WorkerMomentum {
  /** Rounds between the server's checkpoints. */
  readonly #every: number;
  /** The newest last. */
  #sent: Sent[] = [];

  constructor(every: number) {
    this.#every = every;
  }

  /** Undefined when nothing was sent before `round`: zero. */
  before(round: number): Float32Array | undefined {
    return this.#sent.findLast((sent) => sent.round < round)?.update;
  }

  /** Forgets what no repetition can ask for, and what this round replaces. */
  send(round: number, update: Float32Array): void {
    const saved = round - 1 - ((round - 1) % this.#every);
    const oldest = this.#sent.findLastIndex((sent) => sent.round <= saved);
    const kept = this.#sent.slice(Math.max(0, oldest)).filter((sent) => sent.round < round);
    this.#sent = [...kept, { round, update }];
  }

  snapshot(): readonly Sent[] {
    return this.#sent;
  }

  restore(sent: readonly Sent[]): void {
    this.#sent = [...sent];
  }
}

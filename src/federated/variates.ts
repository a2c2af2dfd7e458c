import { type Address, isNewer } from "./step-effects.ts";

/** SCAFFOLD's c_k as a client's update in a round made it. */
interface Variate extends Address {
  readonly control: Float32Array;
}

export interface VariatesState {
  readonly kept: readonly Variate[];
  readonly next: Variate | undefined;
}

/**
 * The control variate of one client (SCAFFOLD, Karimireddy et al. 2020): what the server has counted, and what it may
 * yet count. A server that was started again goes on from its last checkpoint, so it may not know of rounds that this
 * client knows to be over; the variates of before are kept as long as that can happen.
 */
export class Variates {
  /** Rounds between the server's checkpoints. */
  readonly #every: number;
  /** The newest last. */
  #kept: Variate[] = [];
  /** Valid once the server has confirmed that the update it belongs to counts. */
  #next: Variate | undefined;

  constructor(every: number) {
    this.#every = every;
  }

  /** c_k; undefined before the first update that counts: zero. */
  get current(): Float32Array | undefined {
    return this.#kept.at(-1)?.control;
  }

  propose(next: Variate): void {
    this.#next = next;
  }

  /** The update that was proposed with it counts. */
  confirm(): void {
    if (this.#next) this.#kept.push(this.#next);
    this.#next = undefined;
  }

  withdraw(): void {
    this.#next = undefined;
  }

  /**
   * What counts is what the server says: `last` is this client's last update that it knows of, round 0 for none.
   * Later ones were made for rounds that it repeats, perhaps without this client; and its word that this one counts
   * may have been lost.
   */
  goBackTo(last: Address): void {
    const next = this.#next;
    if (next && !isNewer(next, last) && !isNewer(last, next)) this.#kept.push(next);
    this.#next = undefined;
    this.#kept = this.#kept.filter((variate) => !isNewer(variate, last));
  }

  /** A round begins: forgets what was before the last checkpoint that the server has for certain. */
  begin(round: number): void {
    this.#next = undefined;
    const saved = round - 1 - ((round - 1) % this.#every);
    const newest = this.#kept.findLastIndex((variate) => variate.round <= saved);
    this.#kept.splice(0, Math.max(0, newest));
  }

  snapshot(): VariatesState {
    return { kept: [...this.#kept], next: this.#next };
  }

  restore({ kept, next }: VariatesState): void {
    this.#kept = [...kept];
    this.#next = next;
  }
}

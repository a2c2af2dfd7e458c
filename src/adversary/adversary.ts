/**
 * The adversary of a simulation. It stands where a corrupted client's training would: the client's machine, the
 * protocol, the network and the server are the unchanged ones, and all that the adversary has is the say over what its
 * clients claim to have learnt. What it knows is what the threat model grants: it works out what its own clients, or
 * for omniscient attacks all clients of the round, would send, by running their training; nothing else reaches it.
 */
import type { EvaluateJob, EvaluateResult, Trainer, TrainJob, TrainResult } from "../learn/training.ts";
import { type Sent, WorkerMomentum } from "../learn/worker-momentum.ts";
import { allFinite } from "../numeric/finite.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import type { Attack } from "./attack.ts";
import type { Backdoor } from "./backdoor.ts";

/** What an adversary does; without an attack its clients only train on what `poisoned` says. */
export interface Scheme {
  readonly attack?: Attack;
  /** Which shard a corrupted client trains on in place of its own. */
  readonly poisoned?: ReadonlyMap<number, number>;
  /** Trains a backdoor and hides it near what its clients have learnt; in place of an attack. */
  readonly backdoor?: Backdoor;
}

export interface AdversaryOptions {
  readonly scheme: Scheme;
  /** Shards of the corrupted clients. */
  readonly corrupted: ReadonlySet<number>;
  readonly isActive: (round: number) => boolean;
  /** Does the honest work. */
  readonly trainer: Trainer;
  /** What shuffles the examples of a client in a round, by its shard. */
  readonly seedOf: (shard: number, round: number) => number;
  readonly random: SimulationRandom;
  /** Whether what is sent can hold finite numbers only; infinities then become the largest of them, and NaN zero. */
  readonly finite?: boolean;
}

/** Plain data, taken between rounds. */
export interface AdversaryState {
  readonly sent: readonly (readonly [number, readonly Sent[]])[];
  readonly memory: Memory;
}

/** What the attack remembers: a round that is tried again begins from what was before it. */
interface Memory {
  readonly round: number;
  readonly before: unknown;
  readonly after: unknown;
}

/** A round in work. */
interface RoundInWork {
  /** Who was asked in its latest attempt, by shard, in the order of their names. */
  readonly cohort: readonly number[];
  /** What clients of the cohort had sent last when the round was opened, by shard, as far as the adversary sees it. */
  readonly sentLast: Map<number, Float32Array | undefined>;
  /** What clients learn from there, by shard. */
  readonly learnt: Map<number, Learnt>;
  /** What honest clients have learnt from elsewhere: they were still at the round before when this one was opened. */
  readonly otherwise: Map<number, Learnt>;
  forged?: Promise<Forged>;
  /** What the attack remembers of this attempt, once it has forged. */
  remembered?: { readonly state: unknown };
}

interface Learnt {
  readonly job: TrainJob;
  readonly result: Promise<TrainResult>;
  /** Once the training is done. */
  update?: Float32Array;
}

/** What the corrupted clients of a cohort send, by shard. */
type Forged = ReadonlyMap<number, Float32Array>;

/** Rounds that may be in work at once: the one before may have stragglers. */
const ROUNDS_KEPT = 2;

export class Adversary implements Trainer {
  readonly #options: AdversaryOptions;
  readonly #rounds = new Map<number, RoundInWork>();
  /** By shard, of those whose updates the adversary sees. */
  readonly #sent = new Map<number, WorkerMomentum>();
  #memory: Memory = { round: 0, before: undefined, after: undefined };

  constructor(options: AdversaryOptions) {
    this.#options = options;
  }

  /** A round was opened, or is tried again with another cohort. @param cohort shards in the order of the clients' names */
  opened(round: number, cohort: readonly number[]): void {
    const before = this.#rounds.get(round) ?? newRound();
    this.#rounds.set(round, { ...newRound(), cohort, sentLast: before.sentLast, learnt: before.learnt });
    // Now, and not when the adversary comes to need it: that depends on how fast this machine is.
    for (const shard of cohort) {
      if (!before.sentLast.has(shard)) before.sentLast.set(shard, this.#momentumBefore(shard, round));
    }
    for (const old of this.#rounds.keys()) if (old <= round - ROUNDS_KEPT) this.#rounds.delete(old);
  }

  /**
   * A client has sent what it was given. Only now does the adversary remember it: training may also be done ahead of
   * time and then never be asked for, and what the run leads to must not depend on that.
   */
  trained(round: number, shard: number): void {
    const work = this.#rounds.get(round);
    const learnt = work?.otherwise.get(shard) ?? work?.learnt.get(shard);
    if (learnt?.job.work.workerMomentum) this.#momentumOf(shard).send(round, learnt.update!);
    const isOld = round < this.#memory.round;
    if (!work?.remembered || isOld || !this.#options.corrupted.has(shard)) return;
    const { state: after } = work.remembered;
    this.#memory = { round, before: this.#memoryBefore(round), after };
  }

  snapshot(): AdversaryState {
    const sent = [...this.#sent].map(([shard, momentum]) => [shard, momentum.snapshot()] as const);
    return { sent, memory: this.#memory };
  }

  restore({ sent, memory }: AdversaryState): void {
    for (const [shard, vectors] of sent) this.#momentumOf(shard).restore(vectors);
    this.#memory = memory;
  }

  run(job: TrainJob, signal?: AbortSignal): Promise<TrainResult>;
  run(job: EvaluateJob, signal?: AbortSignal): Promise<EvaluateResult>;
  run(job: TrainJob | EvaluateJob, signal?: AbortSignal): Promise<TrainResult | EvaluateResult> {
    if (job.kind === "evaluate") return this.#options.trainer.run(job, signal);
    if (job.round === undefined) return this.#options.trainer.run(job, signal);
    const work = this.#work(job.round);
    const { corrupted, isActive } = this.#options;
    if (!corrupted.has(job.shard)) return this.#honestly(work, job);
    return isActive(job.round)
      ? this.#corruptly(work, job)
      : this.#honestly(work, this.#planned(work, job, job.shard));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.trainer[Symbol.asyncDispose]();
  }

  /** A straggler of a run that was resumed may belong to a round that nobody announced. */
  #work(round: number): RoundInWork {
    const known = this.#rounds.get(round);
    if (known !== undefined) return known;
    const work = newRound();
    this.#rounds.set(round, work);
    return work;
  }

  #honestly(work: RoundInWork, job: TrainJob): Promise<TrainResult> {
    if (!this.#sees(job.shard)) return this.#options.trainer.run(job);
    if (sameVector(job.sentLast, this.#sentLast(work, job))) return this.#known(work.learnt, job, job.shard);
    return this.#known(work.otherwise, job, job.shard);
  }

  #sentLast({ sentLast }: RoundInWork, { shard, round }: TrainJob): Float32Array | undefined {
    return sentLast.has(shard) ? sentLast.get(shard) : this.#momentumBefore(shard, round!);
  }

  #momentumBefore(shard: number, round: number): Float32Array | undefined {
    return this.#sees(shard) ? this.#sent.get(shard)?.before(round) : undefined;
  }

  /**
   * Runs a client's training, once, whether the client asks for it or the adversary wants to know.
   *
   * @param on the shard to train on, the client's own or a poisoned one
   */
  #known(results: Map<number, Learnt>, job: TrainJob, on: number): Promise<TrainResult> {
    const known = results.get(job.shard);
    if (known !== undefined) return known.result;
    const result = this.#options.trainer.run({ ...job, shard: on }).then((trained) => {
      learnt.update = trained.update;
      return trained;
    });
    const learnt: Learnt = { job, result };
    results.set(job.shard, learnt);
    return result;
  }

  #sees(shard: number): boolean {
    const { scheme, corrupted } = this.#options;
    return scheme.attack?.view === "omniscient" || corrupted.has(shard);
  }

  /** What another client, or an honest version of a corrupted one, is asked to do in the same round. */
  #planned(work: RoundInWork, job: TrainJob, shard: number): TrainJob {
    const { sentLast: _, ...asked } = job;
    const sentLast = this.#sentLast(work, { ...job, shard });
    const seed = this.#options.seedOf(shard, job.round!);
    return { ...asked, shard, seed, ...(sentLast && { sentLast }) };
  }

  async #corruptly(work: RoundInWork, job: TrainJob): Promise<TrainResult> {
    work.forged ??= this.#forge(work, job);
    const forged = (await work.forged).get(job.shard);
    const result = await this.#ownWork(work, job, job.shard);
    return forged === undefined ? result : { ...result, update: forged, forged: true };
  }

  /** What a corrupted client learns, on poisoned examples where the scheme has some. */
  #ownWork(work: RoundInWork, job: TrainJob, shard: number): Promise<TrainResult> {
    const on = this.#options.scheme.poisoned?.get(shard) ?? shard;
    return this.#known(work.learnt, this.#planned(work, job, shard), on);
  }

  async #forge(work: RoundInWork, job: TrainJob): Promise<Forged> {
    const { scheme, corrupted, random } = this.#options;
    const { attack, backdoor } = scheme;
    if (attack === undefined && backdoor === undefined) return new Map();
    const round = job.round!;
    const asked = work.cohort.filter((shard) => corrupted.has(shard));
    const own = await finiteOnes(asked, async (shard) => (await this.#ownWork(work, job, shard)).update);
    if (own.vectors.length === 0) return new Map();
    if (backdoor) {
      const seed = random.stream("backdoor", round).bits();
      const hidden = await backdoor.train(this.#options.trainer, { ...job, seed }, own.vectors);
      return new Map(own.shards.map((shard) => [shard, hidden]));
    }
    if (attack === undefined) return new Map();
    const others = attack.view === "omniscient" ? work.cohort.filter((shard) => !corrupted.has(shard)) : [];
    const honest = await finiteOnes(others, async (shard) => {
      return (await this.#honestly(work, this.#planned(work, job, shard))).update;
    });
    const view = {
      own: own.vectors.map(negated),
      honest: honest.vectors.map(negated),
      participants: work.cohort.length,
      random: random.stream("forge", round),
    };
    const { vectors, state } = attack.forge(view, this.#memoryBefore(round));
    work.remembered = { state };
    // Colluders may share one vector.
    const updates = new Map([...new Set(vectors)].map((vector) => [vector, this.#sendable(vector)]));
    return new Map(own.shards.map((shard, i) => [shard, updates.get(vectors[i])!]));
  }

  #sendable(vector: Float32Array): Float32Array {
    const update = negated(vector);
    return this.#options.finite ? update.map(toFinite) : update;
  }

  #memoryBefore(round: number): unknown {
    return round > this.#memory.round ? this.#memory.after : this.#memory.before;
  }

  #momentumOf(shard: number): WorkerMomentum {
    const known = this.#sent.get(shard);
    if (known !== undefined) return known;
    const momentum = new WorkerMomentum(1);
    this.#sent.set(shard, momentum);
    return momentum;
  }
}

/** The finite among the vectors of these shards; training may diverge. */
async function finiteOnes(
  shards: readonly number[],
  vectorOf: (shard: number) => Promise<Float32Array>,
): Promise<{ shards: number[]; vectors: Float32Array[] }> {
  const all = await Promise.all(shards.map(async (shard) => ({ shard, vector: await vectorOf(shard) })));
  const finite = all.filter(({ vector }) => allFinite(vector));
  return { shards: finite.map(({ shard }) => shard), vectors: finite.map(({ vector }) => vector) };
}

function newRound(): RoundInWork {
  return { cohort: [], sentLast: new Map(), learnt: new Map(), otherwise: new Map() };
}

const LARGEST_FLOAT = 3.4e38;

function toFinite(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(LARGEST_FLOAT, Math.max(-LARGEST_FLOAT, value));
}

function sameVector(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return a === b;
  return a.every((value, i) => value === b[i]);
}

/** From update to gradient convention and back. */
function negated(vector: Float32Array): Float32Array {
  const turned = new Float32Array(vector.length);
  for (let i = 0; i < turned.length; i++) turned[i] = -vector[i];
  return turned;
}

/**
 * A host drives one party's machine in real time, in Node and in browsers: it delivers frames, timers and finished
 * jobs one at a time, and carries out the effects in order. It is the part of every real fabric that does not depend
 * on what carries the bytes; the simulated fabric does the same for all parties at once on a simulated clock.
 *
 * A frame that cannot be decoded is refused and reported, and changes nothing. A job that is abandoned, or replaced
 * by another of the same id, is aborted, and its result is not delivered.
 */
import type { Message } from "../message.ts";
import type { Effect, Input, Party, PartyId } from "../party.ts";
import { decodeMessage, encodeMessage } from "../wire/frame.ts";
import { FrameError } from "../wire/frame-error.ts";
import type { Clock } from "./clock.ts";

export interface HostOptions<Job, Result, Event> {
  readonly party: Party<Job, Result, Event>;
  readonly clock: Clock;
  /** Hands a frame to whatever carries it. The same frame goes to all recipients; nobody may change it. */
  readonly send: (to: readonly PartyId[], frame: Uint8Array) => void;
  /** Does the work; may stop early, by rejecting, when `signal` aborts. */
  readonly execute: (job: Job, signal: AbortSignal) => Promise<Result>;
  /** An event of the party, at the clock's time. */
  readonly record: (event: Event, at: number) => void;
  /** A frame was refused at the door. */
  readonly refuse: (from: PartyId, error: FrameError) => void;
  /** The party has nothing more to do, or a job failed; called once, and nothing happens afterwards. */
  readonly finish: (error?: { readonly code?: string; readonly message: string }) => void;
  /** Largest frame that is decoded, in bytes. Default: that of the codec. */
  readonly maxFrameBytes?: number;
}

export class Host<Job, Result, Event> {
  readonly #options: HostOptions<Job, Result, Event>;
  readonly #inputs: Input<Result>[] = [];
  readonly #timers = new Map<string, () => void>();
  readonly #jobs = new Map<string, AbortController>();
  #draining = false;
  #held = false;
  #closed = false;

  constructor(options: HostOptions<Job, Result, Event>) {
    this.#options = options;
  }

  /** Starts the party, or starts it again after it was gone. */
  start(): void {
    this.#input({ kind: "start" });
  }

  /** A frame has come from a peer whose name the fabric vouches for. */
  receive(from: PartyId, frame: Uint8Array): void {
    if (this.#closed) return;
    const { maxFrameBytes, refuse } = this.#options;
    let message: Message;
    try {
      message = decodeMessage(frame, maxFrameBytes === undefined ? {} : { maxBytes: maxFrameBytes });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      refuse(from, error);
      return;
    }
    this.#input({ kind: "message", from, message });
  }

  /** A peer has become reachable. */
  joined(party: PartyId): void {
    this.#input({ kind: "joined", party });
  }

  /** A peer has become unreachable. */
  left(party: PartyId): void {
    this.#input({ kind: "left", party });
  }

  /** Keeps further inputs waiting until `release`: what has just been recorded is to be on disk first. */
  hold(): void {
    this.#held = true;
  }

  get held(): boolean {
    return this.#held;
  }

  release(): void {
    this.#held = false;
    this.#drain();
  }

  /** Stops timers and jobs; the party gets no further input. */
  close(): void {
    this.#closed = true;
    this.#inputs.length = 0;
    for (const cancel of this.#timers.values()) cancel();
    for (const job of this.#jobs.values()) job.abort();
    this.#timers.clear();
    this.#jobs.clear();
  }

  #input(input: Input<Result>): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    this.#drain();
  }

  /** Sending can bring an answer at once: it waits until the effects in hand are carried out. */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (!this.#held) {
        const next = this.#inputs.shift();
        if (next === undefined) return;
        for (const effect of this.#options.party.handle(next, this.#options.clock.now())) {
          if (this.#closed) return;
          this.#carryOut(effect);
        }
      }
    } finally {
      this.#draining = false;
    }
  }

  #carryOut(effect: Effect<Job, Event>): void {
    const { clock, send, record } = this.#options;
    switch (effect.kind) {
      case "send":
        send(effect.to, encodeMessage(effect.message));
        break;
      case "timer":
        this.#cancelTimer(effect.id);
        this.#timers.set(
          effect.id,
          clock.after(effect.after, () => {
            this.#timers.delete(effect.id);
            this.#input({ kind: "timer", id: effect.id });
          }),
        );
        break;
      case "cancel":
        this.#cancelTimer(effect.id);
        break;
      case "job":
        this.#startJob(effect.id, effect.job);
        break;
      case "abandon":
        this.#abandonJob(effect.id);
        break;
      case "record":
        record(effect.event, clock.now());
        break;
      case "finish":
        this.#finish(effect.error);
        break;
    }
  }

  #cancelTimer(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
  }

  #abandonJob(id: string): void {
    this.#jobs.get(id)?.abort();
    this.#jobs.delete(id);
  }

  #startJob(id: string, job: Job): void {
    this.#abandonJob(id);
    const controller = new AbortController();
    this.#jobs.set(id, controller);
    this.#options.execute(job, controller.signal).then(
      (result) => {
        if (this.#jobs.get(id) !== controller) return;
        this.#jobs.delete(id);
        this.#input({ kind: "done", id, result });
      },
      (error) => {
        // An abandoned job may fail unheard.
        if (this.#jobs.get(id) === controller) this.#finish(error);
      },
    );
  }

  #finish(error?: { readonly code?: string; readonly message: string }): void {
    if (this.#closed) return;
    this.close();
    this.#options.finish(error);
  }
}

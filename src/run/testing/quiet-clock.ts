/**
 * A clock for runs on real sockets, whose seconds are the simulation's: it stands while anything goes on, and goes to
 * the next moment for which somebody waits as soon as everything is quiet. So a run takes no longer than its work,
 * and what is in time in the simulation is in time here, however busy the machine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../runtime/host/clock.ts";
import type { Connection } from "../../runtime/session/connection.ts";
import { parseControl } from "../../runtime/session/control.ts";
import type { Identity } from "../../runtime/session/identity.ts";

/** Looks, a few milliseconds apart, without a sign of life after which what cannot be watched is over too. */
const LOOKS = 6;
const MILLISECONDS = 3;

export class QuietClock implements Clock {
  #now = 0;
  /** What goes on. */
  readonly #doings = new Set<object>();
  #isLively = true;
  readonly #waiting = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  readonly after = (seconds: number, wake: () => void): (() => void) => {
    const entry = { at: this.#now + seconds, wake };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  };

  /** The clock stands until the answer is called. */
  stop(): () => void {
    const doing = {};
    this.#doings.add(doing);
    return () => {
      this.#isLively = true;
      this.#doings.delete(doing);
    };
  }

  /** The clock stands until the work is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    const goOn = this.stop();
    try {
      return await work;
    } finally {
      goOn();
    }
  }

  /** An identity for whose signatures the clock waits. */
  signing({ publicKey, sign }: Identity): Identity {
    return { publicKey, sign: (bytes) => this.during(sign(bytes)) };
  }

  /** An end of a connection: the clock waits for every message on it until it is acknowledged. */
  watching(connection: Connection): Connection {
    const ours = new Map<number, () => void>();
    const theirs = new Map<number, () => void>();
    const follow = (text: string, sent: Map<number, () => void>, received: Map<number, () => void>): void => {
      this.#isLively = true;
      const control = parseControl(text);
      if (control.kind === "message") sent.set(control.sequence, this.stop());
      if (control.kind === "ack") forget(received, control.sequence);
    };
    const end = (): void => {
      forget(ours, Number.POSITIVE_INFINITY);
      forget(theirs, Number.POSITIVE_INFINITY);
    };
    return {
      sendText(text) {
        follow(text, ours, theirs);
        connection.sendText(text);
      },
      sendBytes: (bytes) => connection.sendBytes(bytes),
      drained: () => connection.drained(),
      close() {
        end();
        connection.close();
      },
      listen: ({ text, bytes, closed }) =>
        connection.listen({
          text(piece) {
            follow(piece, theirs, ours);
            text(piece);
          },
          bytes,
          closed(forGood) {
            end();
            closed(forGood);
          },
        }),
    };
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#quiet();
      const [next] = [...this.#waiting].sort((a, b) => a.at - b.at);
      if (next === undefined) continue;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }

  async #quiet(): Promise<void> {
    for (let looks = 0; looks < LOOKS; looks++) {
      this.#isLively = false;
      await sleep(MILLISECONDS);
      if (this.#isLively || this.#doings.size > 0) looks = 0;
    }
  }
}

/** Nobody waits any more for the messages up to a sequence. */
function forget(messages: Map<number, () => void>, sequence: number): void {
  for (const [number, goOn] of messages) {
    if (number > sequence) continue;
    messages.delete(number);
    goOn();
  }
}

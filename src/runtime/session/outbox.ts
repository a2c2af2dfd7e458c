/** What a session has sent, or is to send, and its peer has not acknowledged yet; in order. */
import { SessionError } from "./control.ts";

export interface Outgoing {
  readonly sequence: number;
  readonly frame: Uint8Array;
  readonly address: Address;
}

/** Whom a message is for, or from, besides the two ends of the session. */
export interface Address {
  /** Other clients that the server is to pass it on to. */
  readonly to?: readonly string[];
  /** Who it is from, when the server passes it on. */
  readonly from?: string;
}

/** Messages that may be on their way unacknowledged. */
export const WINDOW = 64;
/** Messages that may wait for a peer; a slower one is given up. */
const MAX_WAITING = 65_536;

export class Outbox {
  readonly #maxBytes: number;
  #messages: Outgoing[] = [];
  #bytes = 0;
  /** Sequence of the newest message. */
  #newest = 0;
  /** How many of `#messages` the connection has been given. */
  #sent = 0;

  /** @param maxBytes that may wait for the peer; a single message may have more */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Whether the peer is too slow to be waited for. */
  get isOverfull(): boolean {
    const { length } = this.#messages;
    return length > MAX_WAITING || (length > 1 && this.#bytes > this.#maxBytes);
  }

  /** The message that the connection was given last. */
  get latest(): Outgoing | undefined {
    return this.#messages[this.#sent - 1];
  }

  add(frame: Uint8Array, address: Address): void {
    this.#messages.push({ sequence: ++this.#newest, frame, address });
    this.#bytes += frame.length;
  }

  /** The next message for the connection; undefined when there is none, or the window is full. */
  next(): Outgoing | undefined {
    return this.#sent < WINDOW && this.#sent < this.#messages.length
      ? this.#messages[this.#sent++]
      : undefined;
  }

  /** A new connection begins with the first message that is not acknowledged. */
  rewind(): void {
    this.#sent = 0;
  }

  /** Whether an acknowledgement says something new. */
  isNews(sequence: number): boolean {
    return sequence > this.#newest - this.#messages.length;
  }

  /** @throws SessionError `session.sequence` when the connection was given no such message */
  acknowledge(sequence: number): void {
    if (sequence > this.#newest - this.#messages.length + this.#sent) {
      throw new SessionError("session.sequence", "A message was acknowledged that was not sent.");
    }
    this.forget(sequence);
  }

  /** The peer has everything up to this sequence. */
  forget(sequence: number): void {
    const count = sequence - this.#newest + this.#messages.length;
    if (count <= 0) return;
    for (const { frame } of this.#messages.splice(0, count)) this.#bytes -= frame.length;
    this.#sent = Math.max(0, this.#sent - count);
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#sent = 0;
  }
}

/**
 * A connection during its handshake: what comes in waits to be asked for, one control message at a time, and what
 * nobody asked for goes to the listener that takes over.
 */
import type { Clock } from "../host/clock.ts";
import type { Connection, ConnectionListener } from "./connection.ts";
import { type Control, MAX_PIECE, parseControl, SessionError } from "./control.ts";

export class BufferedConnection implements Connection {
  readonly #connection: Connection;
  readonly #limit: number;
  #waiting: (string | Uint8Array)[] = [];
  #listener: ConnectionListener | undefined;
  #arrived: (() => void) | undefined;
  #isClosed = false;
  #isFlooded = false;
  #isGone = false;

  /** @param limit most pieces that may wait; a peer that sends more, or larger ones, loses the connection */
  constructor(connection: Connection, limit: number) {
    this.#connection = connection;
    this.#limit = limit;
    connection.listen({
      text: (text) => (this.#listener ? this.#listener.text(text) : this.#wait(text)),
      bytes: (bytes) => (this.#listener ? this.#listener.bytes(bytes) : this.#wait(bytes)),
      closed: (forGood) => this.#closed(forGood),
    });
  }

  sendText(text: string): void {
    this.#connection.sendText(text);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#connection.sendBytes(bytes);
  }

  drained(): Promise<void> {
    return this.#connection.drained();
  }

  close(): void {
    this.#connection.close();
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const piece of waiting) {
      if (typeof piece === "string") listener.text(piece);
      else listener.bytes(piece);
    }
    if (this.#isClosed) listener.closed(this.#isGone);
  }

  /**
   * The next control message.
   *
   * @throws SessionError `session.closed`, `session.timeout` after `seconds`, `session.rate` when too much came at
   *   once, or for what is no control message
   */
  async next(clock: Clock, seconds: number): Promise<Control> {
    let late = false;
    const cancel = clock.after(seconds, () => {
      late = true;
      this.#arrived?.();
    });
    try {
      while (this.#waiting.length === 0) {
        if (this.#isFlooded) throw new SessionError("session.rate", "Too much came during the handshake.");
        if (this.#isClosed) throw new SessionError("session.closed", "The peer closed the connection.");
        if (late) throw new SessionError("session.timeout", `The peer said nothing for ${seconds} seconds.`);
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
      }
    } finally {
      cancel();
    }
    const piece = this.#waiting.shift()!;
    if (typeof piece !== "string") {
      throw new SessionError("session.order", "Bytes came before the handshake was over.");
    }
    return parseControl(piece);
  }

  #wait(piece: string | Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#waiting.length < this.#limit && piece.length <= MAX_PIECE) {
      this.#waiting.push(piece);
      this.#arrived?.();
      return;
    }
    // A socket may go on delivering for a while: nothing more counts, or is kept.
    this.#waiting = [];
    this.#isFlooded = true;
    this.#closed();
    this.#connection.close();
  }

  #closed(forGood = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isGone = forGood;
    this.#arrived?.();
    this.#listener?.closed(forGood);
  }
}

import type { Connection, ConnectionListener } from "../connection.ts";

export type Piece = string | Uint8Array;

/** One end of a pipe in memory. What is sent arrives in a later microtask, in order. */
export class MemoryConnection implements Connection {
  peer: MemoryConnection | undefined;
  #listener: ConnectionListener | undefined;
  #isOpen = true;
  /** Changes or drops what this end sends; undefined drops. */
  tamper: (piece: Piece) => Piece | undefined = (piece) => piece;
  /** Everything that this end has sent. */
  readonly sent: Piece[] = [];

  get isOpen(): boolean {
    return this.#isOpen;
  }

  sendText(text: string): void {
    this.#send(text);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  async drained(): Promise<void> {}

  /** @param forGood as if the other end were a tab that was closed */
  close(forGood = false): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { peer } = this;
    queueMicrotask(() => {
      this.#listener?.closed(forGood);
      peer?.close();
    });
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  #send(piece: Piece): void {
    if (!this.#isOpen) return;
    this.sent.push(piece);
    const altered = this.tamper(piece);
    if (altered === undefined) return;
    queueMicrotask(() => this.peer?.arrive(altered));
  }

  /** As if the peer had sent it. */
  arrive(piece: Piece): void {
    if (!this.#isOpen) return;
    if (typeof piece === "string") this.#listener?.text(piece);
    else this.#listener?.bytes(piece);
  }
}

/** Two ends of one pipe. */
export function memoryConnections(): [MemoryConnection, MemoryConnection] {
  const a = new MemoryConnection();
  const b = new MemoryConnection();
  a.peer = b;
  b.peer = a;
  return [a, b];
}

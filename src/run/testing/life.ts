/**
 * One life of a party's process, as far as anybody else can tell: when it ends, its sockets are gone at once, no
 * farewell is said, and nothing that it had in mind reaches the network any more.
 */
import type { Connection } from "../../runtime/session/connection.ts";

export class Life {
  #isOver = false;
  readonly #sockets = new Set<{ destroy(): unknown }>();

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The socket, or whatever the kernel would close, goes when this life ends. */
  hold<Socket extends { destroy(): unknown }>(socket: Socket): Socket {
    if (this.#isOver) socket.destroy();
    else this.#sockets.add(socket);
    return socket;
  }

  end(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A connection of this life. `moment` is called before each piece goes out and when each has come in. */
  tap(connection: Connection, moment: () => void): Connection {
    const passes = (): boolean => {
      if (!this.#isOver) moment();
      return !this.#isOver;
    };
    return {
      sendText: (text) => passes() && connection.sendText(text),
      sendBytes: (bytes) => passes() && connection.sendBytes(bytes),
      drained: () => connection.drained(),
      close: () => connection.close(),
      listen: ({ text, bytes, closed }) =>
        connection.listen({
          text: (piece) => passes() && text(piece),
          bytes: (piece) => passes() && bytes(piece),
          closed,
        }),
    };
  }
}

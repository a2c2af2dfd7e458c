import type { RawData, WebSocket } from "ws";
import type { Connection } from "../session/connection.ts";

/** What a browser says when its page is closed (RFC 6455, section 7.4.1), and with it all that the page knew. */
const GOING_AWAY = 1001;
/** Bytes that may wait in a socket before its sender is told to pause. */
const MUCH = 4 * 2 ** 20;

/** A connection over a WebSocket of the `ws` package that is open. */
export function webSocketConnection(socket: WebSocket): Connection {
  let waiting: (() => void)[] = [];
  /** Called whenever something has left for the network, or nothing will any more. */
  const onSent = (): void => {
    if (socket.bufferedAmount >= MUCH && socket.readyState === socket.OPEN) return;
    const all = waiting;
    waiting = [];
    for (const resume of all) resume();
  };
  // Always followed by `close`, which is what counts.
  socket.on("error", () => {});
  socket.on("close", onSent);
  return {
    sendText(text) {
      // Answers that pile up because a peer asks and asks, and never reads.
      if (socket.bufferedAmount > 2 * MUCH) socket.terminate();
      socket.send(text, onSent);
    },
    sendBytes: (bytes) => socket.send(bytes, onSent),
    drained: () =>
      socket.bufferedAmount < MUCH || socket.readyState !== socket.OPEN
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push(resolve)),
    close: () => endSocket(socket),
    listen(listener) {
      socket.removeAllListeners("message");
      socket.on("message", (data: RawData, isBinary: boolean) => {
        if (isBinary) listener.bytes(data as Buffer);
        else listener.text((data as Buffer).toString("utf8"));
      });
      if (socket.readyState === socket.CLOSED) queueMicrotask(() => listener.closed());
      else socket.once("close", (code) => listener.closed(code === GOING_AWAY));
    },
  };
}

/** Seconds that a peer gets to answer the closing handshake. */
const PATIENCE = 5;

function endSocket(socket: WebSocket): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close();
  const timer = setTimeout(() => socket.terminate(), PATIENCE * 1000);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

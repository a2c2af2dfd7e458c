import type { Connection } from "../../src/runtime/session/connection.ts";

/** Seconds that a server gets to open a connection. */
const PATIENCE = 15;
/** Bytes that may wait in a socket before its sender is told to pause. */
const MUCH = 4 * 2 ** 20;
/** Browsers do not tell when a socket has sent something; milliseconds between two looks. */
const LOOK = 4;

/** Is told of everything that goes out, just before it does. */
export interface Outgoing {
  text(text: string): void;
  bytes(bytes: Uint8Array): void;
}

/**
 * Opens a connection to a server.
 *
 * @param url `ws://host:port/session` or `wss://...`
 */
export function connectWebSocket(url: string, outgoing: Outgoing): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    const timer = setTimeout(() => socket.close(), PATIENCE * 1000);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve(webSocketConnection(socket, outgoing));
    };
    // Browsers keep the reason to themselves.
    socket.onclose = () => {
      clearTimeout(timer);
      reject(new Error("The server cannot be reached."));
    };
  });
}

function webSocketConnection(socket: WebSocket, outgoing: Outgoing): Connection {
  const isMuch = () => socket.readyState === WebSocket.OPEN && socket.bufferedAmount >= MUCH;
  return {
    sendText(text) {
      if (socket.readyState !== WebSocket.OPEN) return;
      outgoing.text(text);
      socket.send(text);
    },
    sendBytes(bytes) {
      if (socket.readyState !== WebSocket.OPEN) return;
      outgoing.bytes(bytes);
      socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    async drained() {
      while (isMuch()) await new Promise((resolve) => setTimeout(resolve, LOOK));
    },
    close: () => socket.close(),
    listen(listener) {
      socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
        if (typeof data === "string") listener.text(data);
        else listener.bytes(new Uint8Array(data));
      };
      socket.onclose = () => listener.closed();
      if (socket.readyState === WebSocket.CLOSED) queueMicrotask(() => listener.closed());
    },
  };
}

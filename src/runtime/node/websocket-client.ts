import { type ClientOptions, WebSocket } from "ws";
import type { Connection } from "../session/connection.ts";
import { MAX_PIECE } from "../session/control.ts";
import { webSocketConnection } from "./websocket-connection.ts";

/** Seconds that a server gets to open a connection. */
const PATIENCE = 15;

/**
 * Opens a connection to a server.
 *
 * @param url `ws://host:port/session` or `wss://...`
 * @param options how the TLS certificate is checked; see `tls.ts`
 */
export function connectWebSocket(url: string, options: ClientOptions = {}): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      ...options,
      maxPayload: MAX_PIECE,
      perMessageDeflate: false,
      // Masks keep hostile pages from talking to confused proxies; this is no page, and a mask of zeros costs nothing.
      generateMask: (mask) => void mask.fill(0),
      handshakeTimeout: PATIENCE * 1000,
    });
    socket.once("open", () => resolve(webSocketConnection(socket)));
    socket.once("error", reject);
  });
}

/** Lets WebSocket connections on a running HTTP(S) server in at the reception. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { MAX_PIECE } from "../session/control.ts";
import type { Reception } from "../session/reception.ts";
import { webSocketConnection } from "./websocket-connection.ts";

/** Where clients connect. */
export const SESSION_PATH = "/session";

/**
 * @param options.allows whether a browser's page of this origin may connect; programs send none
 * @returns ends the connections that are left
 */
export function acceptWebSockets(
  server: Server,
  reception: Pick<Reception, "accept">,
  options: { readonly allows: (origin: string, request: IncomingMessage) => boolean },
): () => void {
  // Bulk comes in pieces, so nothing larger has to be taken; compression would let a small message swell.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PIECE,
    perMessageDeflate: false,
    skipUTF8Validation: false,
    // Crumbs cost far more memory than their bytes.
    maxFragments: 16,
    maxBufferedChunks: 256,
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = request.url?.split("?")[0];
    const { origin } = request.headers;
    if (path !== SESSION_PATH || (origin !== undefined && !options.allows(origin, request))) {
      const status = path === SESSION_PATH ? "403 Forbidden" : "404 Not Found";
      // Node has let go of the socket: without a listener its error would end the process, and half-closed it would
      // stay for as long as the peer likes.
      socket.on("error", () => {});
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      reception.accept(webSocketConnection(webSocket)),
    );
  };
  server.on("upgrade", upgrade);
  return () => {
    server.off("upgrade", upgrade);
    for (const socket of sockets.clients) socket.terminate();
  };
}

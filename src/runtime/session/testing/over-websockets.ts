import { once } from "node:events";
import { createServer, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { connectWebSocket } from "../../node/websocket-client.ts";
import { acceptWebSockets, SESSION_PATH } from "../../node/websocket-server.ts";
import type { Reception } from "../reception.ts";
import type { Transport } from "./scene.ts";

/** The origin whose pages are let in. */
export const HOME = "https://home.example";

export interface WebSocketTransport extends Transport {
  readonly port: number;
  /** TCP connections that the server holds. */
  connections(): Promise<number>;
}

/** A server on this machine that leads WebSockets to the reception. */
export async function overWebSockets(
  reception: Reception,
  options: ServerOptions = {},
): Promise<WebSocketTransport> {
  const server = createServer(options);
  const endWebSockets = acceptWebSockets(server, reception, { allows: (origin) => origin === HOME });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connect: () => connectWebSocket(`ws://127.0.0.1:${port}${SESSION_PATH}`),
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      const closed = once(server, "close");
      server.close();
      endWebSockets();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A server for the page's tests: the built page under the policy of the real one, and a run with a door that notes
 * every message that comes in, as it comes in.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { strictHeaders } from "../../../src/dashboard/strict-headers.ts";
import { completeRecipe, type RecipeInput } from "../../../src/recipe/index.ts";
import type { RunEvent } from "../../../src/records/events.ts";
import { type Door, serve } from "../../../src/run/serve.ts";
import { acceptWebSockets } from "../../../src/runtime/node/websocket-server.ts";
import type { Connection } from "../../../src/runtime/session/connection.ts";
import { SessionError } from "../../../src/runtime/session/control.ts";
import type { Claim } from "../../../src/runtime/session/handshake.ts";
import { createIdentity, fingerprint } from "../../../src/runtime/session/identity.ts";
import { formatJoinLink } from "../../../src/runtime/session/join-link.ts";
import type { Reception } from "../../../src/runtime/session/reception.ts";
import { checkTokenProof, issueToken } from "../../../src/runtime/session/token.ts";
import { decodeMessage } from "../../../src/runtime/wire/frame.ts";

export interface JoinServer {
  readonly link: string;
  readonly url: string;
  /** Messages of clients in the order in which they came, whole frames. */
  readonly received: { readonly kind: string; readonly bytes: number }[];
  /** All bytes that came through the sockets, with everything around the messages. */
  socketBytes(): number;
  readonly events: readonly RunEvent[];
  /** Whom the door admitted, one entry each time. */
  readonly admitted: { readonly name: string; readonly key: string }[];
  /** Breaks all connections, as a bad network would. */
  interrupt(): void;
  /** The run is over; rejects when it failed. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

export interface JoinServerOptions {
  /** A folder that `buildJoin` has filled. */
  readonly pages: string;
  /** Of the run. */
  readonly folder: string;
  readonly recipe: RecipeInput;
  readonly deal?: boolean;
  /** Called after every round; the run stands still until the answer settles. */
  readonly afterRound?: (round: number) => Promise<void>;
}

export async function startJoinServer(options: JoinServerOptions): Promise<JoinServer> {
  const app = new Hono();
  app.use(strictHeaders());
  app.use(serveStatic({ root: options.pages }));
  const http = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const identity = await createIdentity();
  const { token, record } = await issueToken("client", "reusable");
  const admitted: { name: string; key: string }[] = [];
  const admit = async ({ key, name, token, transcript }: Claim) => {
    if (token?.id !== record.id || !(await checkTokenProof(record.hash, transcript, token.proof))) {
      throw new SessionError("session.token", "There is no valid token.");
    }
    const own = await fingerprint(key);
    admitted.push({ name: name ?? `client-${own.slice(0, 8)}`, key: own });
    return admitted.at(-1)!.name;
  };

  const received: { kind: string; bytes: number }[] = [];
  const open = new Set<Connection>();
  let socketBytes = 0;
  const spied = (connection: Connection) => {
    open.add(connection);
    return spyOn(connection, {
      bytes: (count) => {
        socketBytes += count;
      },
      frame: (frame) => received.push({ kind: decodeMessage(frame).kind, bytes: frame.length }),
    });
  };
  const door = async (): Promise<Door> => ({
    identity,
    admit,
    members: () => [...new Set(admitted.map(({ name }) => name))],
    refused: () => {},
    open: async ({ reception }) => {
      const accept = (connection: Connection) => reception.accept(spied(connection));
      const close = acceptWebSockets(http, { accept } as Reception, { allows: (origin) => origin === url });
      return async () => close();
    },
  });

  const events: RunEvent[] = [];
  const stop = new AbortController();
  const finished = (async () => {
    const run = serve(completeRecipe(options.recipe), {
      folder: options.folder,
      deal: options.deal ?? false,
      signal: stop.signal,
      door,
    });
    for await (const event of run) {
      events.push(event);
      if (event.kind === "round-finished") await options.afterRound?.(event.round);
    }
  })();
  finished.catch(() => {});
  return {
    link: formatJoinLink({ url, token, serverKey: await fingerprint(identity.publicKey) }),
    ...{ url, received, events, admitted, finished },
    socketBytes: () => socketBytes,
    interrupt: () => {
      for (const connection of open) connection.close();
      open.clear();
    },
    async close() {
      stop.abort();
      await finished.catch(() => {});
      http.close();
      http.closeAllConnections();
    },
  };
}

/** Passes everything on, and tells of bytes and of whole frames. */
function spyOn(
  connection: Connection,
  told: { bytes: (count: number) => void; frame: (frame: Uint8Array) => void },
): Connection {
  let expected = 0;
  let pieces: Uint8Array[] = [];
  return {
    sendText: (text) => connection.sendText(text),
    sendBytes: (bytes) => connection.sendBytes(bytes),
    drained: () => connection.drained(),
    close: () => connection.close(),
    listen: (listener) =>
      connection.listen({
        text(text) {
          told.bytes(Buffer.byteLength(text));
          const control = JSON.parse(text);
          if (control.kind === "message") {
            expected = control.bytes;
            pieces = [];
          }
          listener.text(text);
        },
        bytes(bytes) {
          told.bytes(bytes.length);
          pieces.push(bytes.slice());
          if (pieces.reduce((sum, { length }) => sum + length, 0) === expected) {
            told.frame(new Uint8Array(Buffer.concat(pieces)));
          }
          listener.bytes(bytes);
        },
        closed: (forGood) => listener.closed(forGood),
      }),
  };
}

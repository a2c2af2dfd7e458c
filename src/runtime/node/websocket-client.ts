import type { ClientRequest } from "node:http";
import { TLSSocket } from "node:tls";
import { type ClientOptions, WebSocket } from "ws";
import { InputError } from "../../errors.ts";
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
 * @throws InputError `tls.certificate` when the server's certificate is not to be trusted
 */
export function connectWebSocket(url: string, options: ClientOptions = {}): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let request: ClientRequest | undefined;
    const socket = new WebSocket(url, {
      ...options,
      maxPayload: MAX_PIECE,
      perMessageDeflate: false,
      // Masks keep hostile pages from talking to confused proxies; this is no page, and a mask of zeros costs nothing.
      generateMask: (mask) => void mask.fill(0),
      handshakeTimeout: PATIENCE * 1000,
      finishRequest: (prepared) => {
        request = prepared;
        prepared.end();
      },
    });
    socket.once("open", () => resolve(webSocketConnection(socket)));
    socket.once("error", (error) => reject(isDistrust(error, request) ? untrusted(url, error) : error));
  });
}

/** Whether a connection failed because the platform does not trust the certificate, which another attempt cannot mend. */
function isDistrust({ code }: NodeJS.ErrnoException, request: ClientRequest | undefined): boolean {
  const socket = request?.socket;
  // Typed as an Error, it is that error's code.
  return socket instanceof TLSSocket && code !== undefined && String(socket.authorizationError) === code;
}

function untrusted(url: string, cause: Error): InputError {
  const { host } = new URL(url);
  // What stands behind a semicolon is Node's own advice.
  const [problem] = cause.message.split(";");
  return new InputError(
    "tls.certificate",
    `The TLS certificate of the server at ${host} is not to be trusted (${problem}); join with the whole link that its operator was given, which names the certificate, or have Node trust its authority by NODE_EXTRA_CA_CERTS.`,
    { at: host, cause },
  );
}

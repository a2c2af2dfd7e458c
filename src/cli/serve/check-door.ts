/** What can be wrong with a door is looked at before a run's folder is made, so that nothing is left behind. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { InputError } from "../../errors.ts";
import type { Certificate } from "../../runtime/node/certificate.ts";
import { loadCertificate } from "../../runtime/node/tls.ts";
import { type AllowedKey, readAllowList } from "./allow-list.ts";
import { inUrl, type ListenAddress } from "./listen-address.ts";

/** The files that the operator names, as they were read. */
export interface CheckedDoor {
  readonly certificate?: Certificate;
  readonly allowed?: readonly AllowedKey[];
}

/**
 * Reads the files, and tries whether the address is free.
 *
 * @param door.certificate files of a certificate and its private key, in PEM
 * @param door.allow file of keys that are let in beforehand
 * @throws InputError `tls.*`, `serve.allow`, `session.member`, `serve.port`
 */
export async function checkDoor(door: {
  readonly listen: ListenAddress;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly allow?: string;
}): Promise<CheckedDoor> {
  const certificate = door.certificate && (await loadCertificate(door.certificate));
  const allowed = door.allow === undefined ? undefined : await readAllowList(door.allow);
  const server = createServer();
  await listen(server, door.listen);
  server.close();
  await once(server, "close");
  return { ...(certificate && { certificate }), ...(allowed && { allowed }) };
}

/** @throws InputError `serve.port` when the server cannot have the address */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    await once(server.listen(port, host), "listening");
  } catch (cause) {
    throw new InputError(
      "serve.port",
      `The server cannot listen on ${inUrl(host)}:${port} (${(cause as NodeJS.ErrnoException).code}); give another address as --listen.`,
      { at: "--listen", cause },
    );
  }
}

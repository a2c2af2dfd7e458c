import { InputError } from "../../src/errors.ts";
import { shortFingerprint } from "../../src/runtime/session/identity.ts";

/** `linked`: the invitation names the key; `known`: it is that of the last time; `new`: it is the first time. */
export type Trust = "linked" | "known" | "new";

/**
 * Decides whether a server is the one that is meant: the key that the invitation names counts most, otherwise the
 * key must be that of the first time.
 *
 * @param server.key fingerprint of the key that the server has proven to hold
 * @param server.linked fingerprint that the invitation names
 * @param server.pinned fingerprint of the first time
 * @throws InputError `session.server-key`, `session.server-changed`
 */
export function trustServer(server: {
  readonly key: string;
  readonly linked: string | undefined;
  readonly pinned: string | undefined;
}): Trust {
  const { key, linked, pinned } = server;
  if (linked !== undefined) {
    if (linked === key) return "linked";
    throw new InputError(
      "session.server-key",
      `The server holds another key (${shortFingerprint(key)}) than the invitation names (${shortFingerprint(linked)}): ask whoever invited you for a fresh link.`,
    );
  }
  if (pinned === undefined) return "new";
  if (pinned === key) return "known";
  throw new InputError(
    "session.server-changed",
    `The server holds another key (${shortFingerprint(key)}) than the last time (${shortFingerprint(pinned)}): it was set up anew, or somebody stands in between; ask whoever invited you for a link that names its key.`,
  );
}

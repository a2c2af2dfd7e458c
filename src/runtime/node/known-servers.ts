/** The servers that this machine's user has joined, each with its key: trust on first use, as SSH does. */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../errors.ts";
import { shortFingerprint, TEXT_OF_32_BYTES } from "../session/identity.ts";
import { coterieHome } from "./coterie-home.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

/** Fingerprints of keys by the server's URL. */
const knownServers = z.record(z.string(), z.string().regex(TEXT_OF_32_BYTES));

/**
 * Decides whether a server is the one that is meant. The key that a join link names counts most: the link came from
 * the server's operator, so it also takes the place of a key pinned earlier. Without one, the key must be that of the
 * first time.
 *
 * @param server.url as in the join link
 * @param server.key fingerprint of the key that the server has proven to hold
 * @param server.linked fingerprint of the key that the join link names
 * @param server.home default: {@link coterieHome}
 * @returns `linked`: the link names it; `known`: as before; `new`: pinned just now, to be confirmed by eye
 * @throws InputError `session.server-key` when the link names another key, `session.server-changed` when another was
 *   pinned, `session.file`, `session.folder`
 */
export async function trustServer(server: {
  readonly url: string;
  readonly key: string;
  readonly linked?: string | undefined;
  readonly home?: string;
}): Promise<"linked" | "known" | "new"> {
  const { url, key, linked, home = coterieHome() } = server;
  if (linked !== undefined && linked !== key) {
    throw new InputError(
      "session.server-key",
      `The server at ${url} holds another key (${shortFingerprint(key)}) than the join link names (${shortFingerprint(linked)}); ask its operator for a fresh link, and do not join without one.`,
      { at: url },
    );
  }
  const path = join(home, "known-servers.json");
  const known = (await readPrivateFile(path, (json) => knownServers.parse(json))) ?? {};
  const pinned = known[url];
  if (pinned !== key) {
    if (pinned !== undefined && linked === undefined) {
      throw new InputError(
        "session.server-changed",
        `The server at ${url} holds another key (${shortFingerprint(key)}) than before (${shortFingerprint(pinned)}): it was set up anew, or somebody stands in between; ask its operator, and if the new key is right, join with a link that names it, or delete the line of the server from ${path}.`,
        { at: url },
      );
    }
    // Of two processes that pin two servers at the same moment one may lose its pin, and pins again next time.
    await writePrivateFile(path, { ...known, [url]: key });
  }
  if (linked !== undefined) return "linked";
  return pinned === undefined ? "new" : "known";
}

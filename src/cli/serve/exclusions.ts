/**
 * Whom the operator keeps out of a served run, and which of its invitations count no more. The file is written by the
 * operator's command alone and read by the server, as `members.json` is by the server alone: neither can undo what the
 * other has written down.
 */
import { unwatchFile, watchFile } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readPrivateFile, writePrivateFile } from "../../runtime/node/private-file.ts";
import { TEXT_OF_32_BYTES } from "../../runtime/session/identity.ts";
import { tokenRecord } from "../../runtime/session/token.ts";

const exclusions = z.strictObject({
  version: z.literal(1),
  /** Fingerprints of keys. */
  banned: z.array(z.string().regex(TEXT_OF_32_BYTES)),
  /** Ids of invitations. */
  revoked: z.array(tokenRecord.shape.id),
});
export type Exclusions = Readonly<z.infer<typeof exclusions>>;

const NONE: Exclusions = { version: 1, banned: [], revoked: [] };
/** Milliseconds between two looks at the file. */
const INTERVAL = 1000;

/**
 * @param folder of the run
 * @throws InputError `session.file` when the file is damaged
 */
export async function readExclusions(folder: string): Promise<Exclusions> {
  return (await readPrivateFile(pathIn(folder), (json) => exclusions.parse(json))) ?? NONE;
}

/** @throws InputError `session.folder` */
export async function writeExclusions(folder: string, changed: Exclusions): Promise<void> {
  await writePrivateFile(pathIn(folder), changed);
}

/**
 * Tells within a second or two when another process has changed the exclusions.
 *
 * @returns ends it
 */
export function watchExclusions(folder: string, changed: () => void): () => void {
  const path = pathIn(folder);
  watchFile(path, { interval: INTERVAL, persistent: false }, changed);
  return () => unwatchFile(path, changed);
}

function pathIn(folder: string): string {
  return join(folder, "keys", "exclusions.json");
}

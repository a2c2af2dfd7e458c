/** Small JSON files that are nobody else's business: keys, and which servers are trusted. */
import { access, chmod, constants, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../../errors.ts";
import { writeFileAtomic } from "../../records/node/write-file-atomic.ts";

/**
 * @param parse makes something of the file's JSON, and throws when it is damaged
 * @returns undefined when there is no such file
 * @throws InputError `session.file` when it is damaged or cannot be read
 */
export async function readPrivateFile<T>(
  path: string,
  parse: (json: unknown) => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    // Without the cause: what a parser complains about may quote a key.
    throw new InputError(
      "session.file",
      `The file ${path} is damaged or cannot be read${code ? ` (${code})` : ""}; restore it from a copy, or delete it to begin anew.`,
      { at: path },
    );
  }
}

/**
 * Writes a file that only its owner can read, atomically, in a folder that is made when missing.
 *
 * @throws InputError `session.folder` when that is impossible
 */
export async function writePrivateFile(path: string, json: unknown): Promise<void> {
  await makePrivateFolder(dirname(path));
  try {
    await writeFileAtomic(path, `${JSON.stringify(json, null, 2)}\n`);
    await chmod(path, 0o600);
  } catch (cause) {
    throw unwritable(dirname(path), cause);
  }
}

/**
 * Makes a folder that only its owner can enter. One that exists stays as it is.
 *
 * @throws InputError `session.folder` when that is impossible
 */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(folder: string, cause: unknown): InputError {
  return new InputError(
    "session.folder",
    `Nothing can be kept in the folder ${folder} (${(cause as NodeJS.ErrnoException).code}); allow it, or set COTERIE_HOME to another.`,
    { at: folder, cause },
  );
}

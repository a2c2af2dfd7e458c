import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

let serial = 0;

/**
 * Writes a file so that, whatever happens, its path holds either the old content or the whole new one: the
 * data goes to a temporary file in the same folder, is forced to disk, and is renamed into place; then the
 * folder itself is forced to disk so that the new name survives a power cut.
 *
 * @param data text, bytes, or parts to be written one after the other (spares joining large buffers)
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = `${path}.${process.pid}-${++serial}.tmp`;
  const parts = Array.isArray(data) ? data : [data];
  try {
    const file = await open(temporary, "wx");
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, "r");
  } catch {
    return; // Windows does not open folders; there the rename itself is durable.
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

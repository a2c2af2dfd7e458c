import { mostFiles, tooManyFiles } from "../../../src/join/read/recognise.ts";
import type { ClientFile } from "./client-file.ts";
import { unreadable } from "./content.ts";

/**
 * The files of a drop or of an `<input type="file">`, those in folders with their folders' names; hidden ones are left
 * out. To be called in the event's handler: afterwards what was dropped is out of reach.
 * @throws InputError `data.client.limit`, `data.file.unreadable`
 */
export async function filesOf(source: DataTransfer | FileList): Promise<ClientFile[]> {
  if (source instanceof FileList) {
    return Array.from(source, (file) => ({ path: file.webkitRelativePath || file.name, file })).filter(
      ({ path }) => !path.split("/").some(isHidden),
    );
  }
  const files: ClientFile[] = [];
  const folders: FileSystemDirectoryEntry[] = [];
  const take = async (entries: readonly (FileSystemEntry | null)[]) => {
    const visible = entries.filter((entry) => entry !== null && !isHidden(entry.name));
    folders.push(...visible.filter(isFolder));
    files.push(...(await Promise.all(visible.filter(isFile).map(open))));
    if (files.length > mostFiles) throw tooManyFiles("the selection");
  };
  await take(Array.from(source.items, (item) => item.webkitGetAsEntry()));
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // A reader gives a folder's entries in parts, an empty one last.
    const reader = folder.createReader();
    const next = () => settled<FileSystemEntry[]>(folder, (...done) => reader.readEntries(...done));
    for (let part = await next(); part.length > 0; part = await next()) await take(part);
  }
  return files;
}

function isHidden(name: string): boolean {
  return name.startsWith(".");
}

function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true;
}

function isFile(entry: FileSystemEntry | null): entry is FileSystemFileEntry {
  return entry?.isFile === true;
}

async function open(entry: FileSystemFileEntry): Promise<ClientFile> {
  const file = await settled<File>(entry, (...done) => entry.file(...done));
  return { path: pathOf(entry), file };
}

/** The result of one of the entries' functions, which take two callbacks. */
function settled<T>(
  entry: FileSystemEntry,
  start: (resolve: (result: T) => void, reject: (cause: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>(start).catch((cause: unknown) => {
    throw unreadable(pathOf(entry), cause);
  });
}

function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\//, "");
}

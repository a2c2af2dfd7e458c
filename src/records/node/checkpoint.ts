import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DefaultDeserializer, serialize } from "node:v8";
import { RunError } from "../../errors.ts";
import type { RunFolder } from "./run-folder.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

/**
 * Checkpoints: the whole state of a run after a round, from which it goes on bit for bit as if it had never
 * stopped. One file per checkpoint:
 *
 *     bytes 0..7    "COTERIE\0"
 *     bytes 8..11   version, little-endian
 *     bytes 12..19  length of the payload, little-endian
 *     bytes 20..51  SHA-256 of the bytes before and of the payload
 *     bytes 52..    payload: `{ round, sequence, world }` in V8's serialisation (keeps typed arrays, maps, NaN)
 *
 * This header is the same in all versions, so a file is first checked for damage and then for its version.
 */
export interface Checkpoint {
  /** The last finished round, 1-based. */
  readonly round: number;
  /** The event log up to and including this sequence belongs to `world`; resume with `run-resumed` after it. */
  readonly sequence: number;
  /** Plain data: numbers, strings, arrays, typed arrays, maps. */
  readonly world: unknown;
}

const magic = Buffer.from("COTERIE\0", "latin1");
const version = 1;
const headerLength = 52;
const kept = 2;

/**
 * Writes a checkpoint atomically and deletes those no longer needed: the last two stay, so that one is left
 * when the newest is damaged, and that of `bestRound`. Files of later rounds are leftovers of a history that
 * was given up, and go too.
 *
 * @param bestRound the round with the best model so far; null when there is none
 * @returns the file's name in the run's folder, for the `checkpoint` event
 */
export async function saveCheckpoint(
  folder: RunFolder,
  checkpoint: Checkpoint,
  bestRound: number | null,
): Promise<string> {
  await mkdir(folder.checkpoints, { recursive: true });
  const name = fileName(checkpoint.round);
  await writeFileAtomic(join(folder.checkpoints, name), encodeCheckpoint(checkpoint));
  const rounds = await checkpointRounds(folder);
  const recent = rounds.filter((round) => round <= checkpoint.round).slice(-kept);
  await remove(
    folder,
    rounds.filter((round) => !recent.includes(round) && round !== bestRound),
  );
  return checkpointFile(checkpoint.round);
}

export interface LoadedCheckpoint {
  /** Null when the run has to start from its beginning. */
  readonly checkpoint: Checkpoint | null;
  /** One sentence for each file that was passed over. */
  readonly notices: readonly string[];
}

/**
 * The newest intact checkpoint that the event log knows of. Files that are damaged, or ahead of the log, are
 * passed over with a notice; nothing is changed on disk.
 *
 * @param lastSequence the last sequence of the run's event log
 * @throws RunError `records.checkpoint.version` when the newest intact file is of another version
 */
export async function loadLatestCheckpoint(
  folder: RunFolder,
  lastSequence: number,
): Promise<LoadedCheckpoint> {
  const notices: string[] = [];
  for (const round of (await checkpointRounds(folder)).reverse()) {
    const name = fileName(round);
    const checkpoint = decodeCheckpoint(await readFile(join(folder.checkpoints, name)), name);
    if (checkpoint === null) {
      notices.push(`Checkpoint ${name} is damaged or incomplete and was passed over.`);
    } else if (checkpoint.sequence > lastSequence) {
      notices.push(`Checkpoint ${name} knows more than the event log and was passed over.`);
    } else {
      return { checkpoint, notices };
    }
  }
  return { checkpoint: null, notices };
}

/**
 * The checkpoint of one round, such as the best one.
 *
 * @throws RunError `records.checkpoint.missing`, `records.checkpoint.damaged`, `records.checkpoint.version`
 */
export async function loadCheckpoint(folder: RunFolder, round: number): Promise<Checkpoint> {
  const name = fileName(round);
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder.checkpoints, name));
  } catch (cause) {
    throw new RunError("records.checkpoint.missing", `There is no checkpoint of round ${round}.`, {
      at: name,
      cause,
    });
  }
  const checkpoint = decodeCheckpoint(bytes, name);
  if (checkpoint !== null) return checkpoint;
  throw new RunError("records.checkpoint.damaged", `Checkpoint ${name} is damaged or incomplete.`, {
    at: name,
  });
}

/**
 * Deletes the checkpoints of later rounds, and half-written files that a killed process left. A resumed run
 * calls this before it goes on, so that no file of the history it gives up can ever be taken for its own.
 *
 * @param round 0 deletes all
 */
export async function discardCheckpointsAfter(folder: RunFolder, round: number): Promise<void> {
  await remove(
    folder,
    (await checkpointRounds(folder)).filter((each) => each > round),
  );
  for (const name of await fileNames(folder)) {
    if (name.endsWith(".tmp")) await rm(join(folder.checkpoints, name), { force: true });
  }
}

/** The file's content in parts. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array[] {
  const { round, sequence, world } = checkpoint;
  const payload = serialize({ round, sequence, world });
  const header = Buffer.alloc(headerLength);
  magic.copy(header);
  header.writeUInt32LE(version, 8);
  header.writeBigUInt64LE(BigInt(payload.length), 12);
  digest(header, payload).copy(header, 20);
  return [header, payload];
}

/** Null when the bytes are not one whole, undamaged checkpoint. */
export function decodeCheckpoint(bytes: Buffer, name: string): Checkpoint | null {
  if (bytes.length < headerLength || !bytes.subarray(0, 8).equals(magic)) return null;
  const payload = bytes.subarray(headerLength);
  if (bytes.readBigUInt64LE(12) !== BigInt(payload.length)) return null;
  if (!bytes.subarray(20, headerLength).equals(digest(bytes, payload))) return null;
  const found = bytes.readUInt32LE(8);
  if (found !== version) {
    throw new RunError(
      "records.checkpoint.version",
      `Checkpoint ${name} has format ${found}, but this version of Coterie reads format ${version}; resume the run with the version that wrote it.`,
      { at: name },
    );
  }
  const reader = new CopyingDeserializer(payload);
  try {
    reader.readHeader();
  } catch (cause) {
    throw new RunError(
      "records.checkpoint.version",
      `Checkpoint ${name} was written by a newer Node.js than this one (${process.version}); resume the run with that version.`,
      { at: name, cause },
    );
  }
  return reader.readValue() as Checkpoint;
}

function digest(header: Buffer, payload: Buffer): Buffer {
  return createHash("sha256").update(header.subarray(0, 20)).update(payload).digest();
}

/**
 * Gives every typed array memory of its own. Node's deserialiser lets them share the file's buffer, and then
 * handing one of them to a worker thread would take the memory of all.
 */
class CopyingDeserializer extends DefaultDeserializer {
  _readHostObject(): unknown {
    const read = (DefaultDeserializer.prototype as unknown as { _readHostObject(): unknown })._readHostObject;
    const value = read.call(this);
    return ArrayBuffer.isView(value) && "slice" in value ? (value as Uint8Array).slice() : value;
  }
}

/** The file of a round's checkpoint, relative to the run's folder. */
export function checkpointFile(round: number): string {
  return `checkpoints/${fileName(round)}`;
}

function fileName(round: number): string {
  return `round-${String(round).padStart(6, "0")}.checkpoint`;
}

/** Ascending. */
async function checkpointRounds(folder: RunFolder): Promise<number[]> {
  return (await fileNames(folder))
    .map((name) => /^round-(\d{6,})\.checkpoint$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function fileNames(folder: RunFolder): Promise<string[]> {
  return existsSync(folder.checkpoints) ? readdir(folder.checkpoints) : [];
}

async function remove(folder: RunFolder, rounds: readonly number[]): Promise<void> {
  for (const round of rounds) await rm(join(folder.checkpoints, fileName(round)), { force: true });
}

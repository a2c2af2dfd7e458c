import { RunError } from "../../errors.ts";
import { type Database, sqlite } from "./sqlite.ts";

/** Held while a process writes to a run's folder. */
export interface RunLock extends Disposable {
  release(): void;
}

/**
 * Makes this process the only writer of a run. The lock is a write transaction left open on a small SQLite
 * file: the operating system ends it with the process, so a `kill -9` leaves no stale lock behind, as a file
 * with a process number would. The number is in there too, but only to be shown.
 *
 * @param path the lock file, made when missing
 * @throws RunError `records.run.locked` when another process, or this one, holds the lock
 */
export function lockRun(path: string): RunLock {
  const database = new (sqlite().DatabaseSync)(path);
  try {
    // Long enough to outlast `isRunLocked` in a dashboard that looks at this moment.
    database.exec("PRAGMA busy_timeout=500; BEGIN IMMEDIATE");
    // Written and committed, so that others can read it; then the lock is taken again and kept.
    database.exec(`PRAGMA user_version=${process.pid}; COMMIT; BEGIN IMMEDIATE`);
  } catch (cause) {
    const owner = readOwner(database);
    database.close();
    if (!isBusy(cause)) throw cause;
    throw new RunError(
      "records.run.locked",
      `Another process (${owner}) is writing to this run; wait until it has finished, or stop it first.`,
      { at: path, cause },
    );
  }
  const release = () => {
    if (database.isOpen) database.close();
  };
  return { release, [Symbol.dispose]: release };
}

/** Whether a process is writing to the run at this moment. */
export function isRunLocked(path: string): boolean {
  let database: Database;
  try {
    database = new (sqlite().DatabaseSync)(path);
  } catch {
    return false;
  }
  try {
    database.exec("PRAGMA busy_timeout=0; BEGIN IMMEDIATE; ROLLBACK");
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database.close();
  }
}

function readOwner(database: Database): string {
  try {
    return `number ${database.prepare("PRAGMA user_version").get()?.user_version}`;
  } catch {
    return "number unknown";
  }
}

/** SQLITE_BUSY and its extended codes. */
function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
}

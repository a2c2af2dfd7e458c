import { existsSync } from "node:fs";
import { CoterieError, InputError, RunError } from "../../errors.ts";
import { collect, type EventStore, newEvents, type ReadOptions, storeClosed } from "../event-store.ts";
import type { RunEvent } from "../events.ts";
import { effectiveRanges, type ResumePoint } from "../history.ts";
import { type Database, sqlite } from "./sqlite.ts";

/** Raised whenever an older Coterie could no longer read the file. */
const schemaVersion = 1;

/** "Cote": tells our files from other SQLite databases. */
const applicationId = 0x436f7465;

/** Rows fetched at a time, so that reading a long log needs little memory. */
const pageSize = 512;

export interface SqliteStoreOptions {
  /** Reads only and never creates the file; works while another process writes. Default false. */
  readonly readOnly?: boolean;
}

/**
 * The event log in one SQLite file.
 *
 * Write-ahead logging lets a dashboard or report in another process read while the run writes. Every commit
 * is forced to disk (`synchronous=FULL`, a few milliseconds a round): a checkpoint file is forced to disk as
 * well, and after a power cut it must not know more than the log does.
 *
 * @throws InputError `records.store.missing` (read-only and no such file), `records.store.foreign` (not an
 *   event log), `records.store.newer` (written by a newer version)
 */
export function openSqliteStore(path: string, { readOnly = false }: SqliteStoreOptions = {}): EventStore {
  if (readOnly && !existsSync(path)) {
    throw new InputError("records.store.missing", `There is no event log at ${path}.`, { at: path });
  }
  let database: Database | undefined;
  try {
    database = new (sqlite().DatabaseSync)(path, { readOnly });
    database.exec("PRAGMA busy_timeout=10000");
    checkOwner(database, path);
    if (!readOnly) prepareForWriting(database);
    return new SqliteStore(database, readOnly);
  } catch (cause) {
    database?.close();
    if (cause instanceof CoterieError) throw cause;
    throw new InputError(
      "records.store.foreign",
      `${path} cannot be opened as an event log (${(cause as Error).message}); give the file of a Coterie run, or move this one away.`,
      { at: path, cause },
    );
  }
}

function checkOwner(database: Database, path: string): void {
  const owner = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  const empty = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n === 0;
  if (owner !== applicationId && !(owner === 0 && version === 0 && empty)) {
    throw new InputError(
      "records.store.foreign",
      `${path} is an SQLite database but not an event log of Coterie; give the file of a Coterie run.`,
      { at: path },
    );
  }
  if (version > schemaVersion) {
    throw new InputError(
      "records.store.newer",
      `${path} was written by a newer version of Coterie (its format is ${version}, this version knows ${schemaVersion}); update Coterie to open it.`,
      { at: path },
    );
  }
}

function prepareForWriting(database: Database): void {
  database.exec("PRAGMA journal_mode=WAL");
  database.exec("PRAGMA synchronous=FULL");
  // The version is set in the same transaction, so a file is either empty or complete.
  transaction(database, () => {
    if (pragma(database, "user_version") !== 0) return;
    database.exec(`
      CREATE TABLE event (
        sequence INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body))
      ) STRICT;
      CREATE INDEX resume ON event (sequence) WHERE kind = 'run-resumed';
      PRAGMA application_id=${applicationId};
      PRAGMA user_version=${schemaVersion};
    `);
  });
}

class SqliteStore implements EventStore {
  readonly #database: Database;
  readonly #readOnly: boolean;

  constructor(database: Database, readOnly: boolean) {
    this.#database = database;
    this.#readOnly = readOnly;
  }

  async append(events: readonly RunEvent[]): Promise<void> {
    const database = this.#open();
    const stored = database.prepare("SELECT body FROM event WHERE sequence = ?");
    const insert = database.prepare("INSERT INTO event (sequence, kind, body) VALUES (?, ?, ?)");
    transaction(database, () => {
      const fresh = newEvents(events, last(database), (n) => stored.get(n)?.body as string | undefined);
      for (const { event, text } of fresh) insert.run(event.sequence, event.kind, text);
    });
  }

  async *read({ after = 0, limit = Number.POSITIVE_INFINITY }: ReadOptions = {}): AsyncGenerator<RunEvent> {
    let left = limit;
    for (const { from, to } of this.#ranges()) {
      let next = Math.max(from, after + 1);
      while (next <= to && left > 0) {
        const rows = this.#open()
          .prepare(
            "SELECT sequence, body FROM event WHERE sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?",
          )
          .all(next, to, Math.min(pageSize, left));
        if (rows.length === 0) break;
        for (const row of rows) yield JSON.parse(row.body as string) as RunEvent;
        left -= rows.length;
        next = (rows.at(-1)?.sequence as number) + 1;
      }
    }
  }

  async readAll(): Promise<RunEvent[]> {
    return collect(this.read());
  }

  async lastSequence(): Promise<number> {
    return hasTable(this.#open()) ? last(this.#database) : 0;
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    if (!this.#readOnly) leaveOneFile(this.#database);
    this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(): Database {
    if (!this.#database.isOpen) throw storeClosed();
    return this.#database;
  }

  /** One statement gives both the end of the log and its resumes, so they belong together. */
  #ranges() {
    const database = this.#open();
    if (!hasTable(database)) return [];
    const rows = database
      .prepare(
        `SELECT sequence, body ->> 'after' AS after FROM event WHERE kind = 'run-resumed'
         UNION ALL SELECT coalesce(max(sequence), 0), NULL FROM event ORDER BY sequence`,
      )
      .all();
    const end = rows.findLast((row) => row.after === null)?.sequence as number;
    const resumes = rows.filter((row) => row.after !== null) as unknown as ResumePoint[];
    return effectiveRanges(resumes, end);
  }
}

/**
 * Ends write-ahead logging, so that a finished run is one plain file that also opens where nothing can be
 * written. While others read that is not possible; then the file stays as it is, which is no harm.
 */
function leaveOneFile(database: Database): void {
  try {
    database.exec("PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE");
  } catch {
    // A reader is at work.
  }
}

/** False for a reader that came before the writer had made the table. */
function hasTable(database: Database): boolean {
  return pragma(database, "user_version") !== 0;
}

function last(database: Database): number {
  return database.prepare("SELECT coalesce(max(sequence), 0) AS n FROM event").get()?.n as number;
}

function pragma(database: Database, name: string): number {
  return database.prepare(`PRAGMA ${name}`).get()?.[name] as number;
}

function transaction(database: Database, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    // SQLite has already rolled back by itself after some errors, a full disk among them.
    if (database.isTransaction) database.exec("ROLLBACK");
    if (error instanceof CoterieError) throw error;
    throw new RunError(
      "records.store.write",
      `The event log could not be written (${(error as Error).message}); free disk space or check the run's folder, then resume the run.`,
      { cause: error },
    );
  }
}

import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { RunState } from "../records/live/listed-run.ts";
import { isRunLocked, openSqliteStore, type RunFolder, runFolder } from "../records/node/index.ts";
import { type LogFacts, readFacts } from "./log-facts.ts";

export interface IndexedRun extends LogFacts {
  /** The name of the run's folder. */
  readonly run: string;
  readonly state: RunState;
}

const MOST_RUNS = 1000;

/**
 * The runs in the folders directly under `root`, with what their logs tell. `listRuns` tries the lock and reads the
 * summary of every run each time; a dashboard asks again and again, so here a log is only opened when it has changed,
 * and then read from where it was left.
 */
export class RunIndex {
  readonly #root: string;
  readonly #only: string | undefined;
  #known = new Map<string, KnownRun>();
  #listing: Promise<IndexedRun[]> | undefined;

  /** @param only the one run that there is as far as this index knows; default: all in `root` */
  constructor(root: string, only?: string) {
    this.#root = root;
    this.#only = only;
  }

  /** The runs that changed last, at most 1,000, in the order of their start, latest first. */
  list(): Promise<IndexedRun[]> {
    // Whoever asks while a listing is being made gets the same one.
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  /** The folder of the run called `run`, which comes from outside: only names that are in `root` lead anywhere. */
  async find(run: string): Promise<RunFolder | undefined> {
    return (await this.#names()).includes(run) ? this.#folders([run])[0] : undefined;
  }

  async #names(): Promise<string[]> {
    const names = existsSync(this.#root) ? await readdir(this.#root) : [];
    return this.#only === undefined ? names : names.filter((name) => name === this.#only);
  }

  #folders(names: readonly string[]): RunFolder[] {
    return names.map((name) => runFolder(join(this.#root, name))).filter(({ events }) => existsSync(events));
  }

  async #list(): Promise<IndexedRun[]> {
    const folders = this.#folders(await this.#names());
    const stamped = await Promise.all(
      folders.map(async (folder) => ({ folder, stamp: await stampOf(folder) })),
    );
    const latest = stamped.sort((a, b) => b.stamp.changed - a.stamp.changed).slice(0, MOST_RUNS);
    const known = new Map<string, KnownRun>();
    for (const { folder, stamp } of latest) {
      const before = this.#known.get(folder.run);
      const isSettled = before?.stamp.text === stamp.text && before.state !== "running";
      known.set(folder.run, isSettled ? before : await readRun(folder, stamp, before));
    }
    this.#known = known;
    const runs = [...known].flatMap(([run, { facts, state }]) => (facts ? [{ run, ...facts, state }] : []));
    return runs.sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? -1 : 1));
  }
}

interface KnownRun {
  readonly stamp: Stamp;
  readonly state: RunState;
  /** Undefined for a log that is empty yet, or is none. */
  readonly facts: LogFacts | undefined;
}

/** What the file system tells of a log. */
interface Stamp {
  /** Milliseconds since 1970. */
  readonly changed: number;
  /** Which file it is: a run's folder may be removed and made anew. */
  readonly file: string;
  /** Differs whenever the log does, but for changes within one tick of the file system's clock. */
  readonly text: string;
}

async function readRun(folder: RunFolder, stamp: Stamp, before: KnownRun | undefined): Promise<KnownRun> {
  // Between two runs, so that a first listing of many holds nothing else up.
  await setImmediate();
  // Asked before reading: once nobody holds the lock, what is read is all there will be.
  const isLocked = existsSync(folder.lock) && isRunLocked(folder.lock);
  const facts = await readLog(folder, before?.stamp.file === stamp.file ? before.facts : undefined);
  return { stamp, state: facts?.end ?? (isLocked ? "running" : "interrupted"), facts };
}

async function readLog(folder: RunFolder, before: LogFacts | undefined): Promise<LogFacts | undefined> {
  try {
    await using store = openSqliteStore(folder.events, { readOnly: true });
    return await readFacts(store, before);
  } catch {
    // Not an event log, or removed meanwhile: one bad folder must not hide the others.
    return undefined;
  }
}

async function stampOf({ events }: RunFolder): Promise<Stamp> {
  const [log, ahead] = await Promise.all(
    [events, `${events}-wal`].map((path) => stat(path).catch(() => undefined)),
  );
  return {
    changed: Math.max(log?.mtimeMs ?? 0, ahead?.mtimeMs ?? 0),
    file: `${log?.ino} ${log?.birthtimeMs}`,
    text: [log, ahead].map((file) => `${file?.ino} ${file?.mtimeMs} ${file?.size}`).join(" "),
  };
}

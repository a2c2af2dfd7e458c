import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError } from "../../errors.ts";
import type { RunSummary } from "../events.ts";
import { isRunLocked } from "./run-lock.ts";

/** Where everything of one run lies; absolute paths. */
export interface RunFolder {
  /** The folder's own name, which is the run's name. */
  readonly run: string;
  readonly path: string;
  readonly events: string;
  readonly recipe: string;
  readonly checkpoints: string;
  readonly report: string;
  readonly onnx: string;
  readonly model: string;
  readonly summary: string;
  readonly lock: string;
}

/** The paths of the run in folder `path`, whether it exists or not. */
export function runFolder(path: string): RunFolder {
  const root = resolve(path);
  return {
    run: basename(root),
    path: root,
    events: join(root, "events.sqlite"),
    recipe: join(root, "recipe.yaml"),
    checkpoints: join(root, "checkpoints"),
    report: join(root, "report.html"),
    onnx: join(root, "model.onnx"),
    model: join(root, "model.safetensors"),
    summary: join(root, "summary.json"),
    lock: join(root, "run.lock"),
  };
}

/**
 * Makes the folder of a new run: `<root>/<name>-<yyyymmdd-hhmmss>`, with a number behind it when that exists.
 *
 * @param name the recipe's name; anything but letters, digits, dots, dashes and underscores becomes a dash
 * @param now the time in the folder's name, UTC
 */
export async function createRunFolder(root: string, name: string, now: Date): Promise<RunFolder> {
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 64);
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  await mkdir(root, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const path = join(root, `${plain || "run"}-${time}${attempt === 1 ? "" : `-${attempt}`}`);
    try {
      await mkdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw error;
    }
    const folder = runFolder(path);
    await mkdir(folder.checkpoints);
    return folder;
  }
}

/**
 * The run in an existing folder.
 *
 * @throws InputError `records.run.missing` when there is no run
 */
export function openRunFolder(path: string): RunFolder {
  const folder = runFolder(path);
  if (existsSync(folder.events)) return folder;
  throw new InputError(
    "records.run.missing",
    `There is no run in ${path} (it has no events.sqlite); give the folder of a run.`,
    { at: path },
  );
}

export interface RunListing {
  readonly folder: RunFolder;
  /** `interrupted` runs have neither a summary nor a process that writes: they can be resumed. */
  readonly state: "running" | "finished" | "interrupted";
  /** Only of finished runs. */
  readonly summary: RunSummary | null;
  /** Last change of the event log, milliseconds since 1970. */
  readonly changed: number;
}

/** The runs in the folders directly under `root`, latest change first; none when `root` does not exist. */
export async function listRuns(root: string): Promise<RunListing[]> {
  const names = existsSync(root) ? await readdir(root) : [];
  const folders = names.map((name) => runFolder(join(root, name))).filter(({ events }) => existsSync(events));
  const runs = await Promise.all(
    folders.map(async (folder): Promise<RunListing> => {
      const changed = Math.max(await changeTime(folder.events), await changeTime(`${folder.events}-wal`));
      if (existsSync(folder.lock) && isRunLocked(folder.lock)) {
        return { folder, state: "running", summary: null, changed };
      }
      const summary = await readSummary(folder);
      return { folder, state: summary ? "finished" : "interrupted", summary, changed };
    }),
  );
  return runs.sort((a, b) => b.changed - a.changed || (a.folder.run < b.folder.run ? -1 : 1));
}

async function changeTime(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

async function readSummary(folder: RunFolder): Promise<RunSummary | null> {
  try {
    return JSON.parse(await readFile(folder.summary, "utf8")) as RunSummary;
  } catch {
    return null;
  }
}

/** Which folder a run is kept in. Nothing is made here: the runner makes it once everything has proven right. */
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { listRuns } from "../records/node/index.ts";

/** Where runs without `--out` are kept, under the working folder. */
const RUNS = "runs";

export interface OutFolder {
  /** Absent for a new run under `runs/`: the runner finds it a name that no other process takes meanwhile. */
  readonly folder?: string;
  /** Whether there is a run in it to continue. */
  readonly resume: boolean;
}

/**
 * The folder for a run of the recipe called `name`.
 *
 * @throws InputError `cli.out.used` when a folder has something in it and `resume` was not asked for, `cli.out.file`
 *   when it cannot be a folder, `cli.out.denied` when it may not be written,
 *   `cli.resume.none` when there is nothing to resume
 */
export async function outFolder(
  name: string,
  options: { readonly out?: string; readonly resume?: true },
): Promise<OutFolder> {
  const { out, resume = false } = options;
  checkPath(out ?? RUNS);
  if (out === undefined) return resume ? { folder: await latestInterrupted(name), resume } : { resume };
  const isUsed = existsSync(out) && readdirSync(out).length > 0;
  if (isUsed && !resume) {
    throw new InputError(
      "cli.out.used",
      `The folder ${out} is not empty; give --resume to continue the run in it, or another --out.`,
      { at: out },
    );
  }
  return { folder: out, resume: isUsed };
}

/** Whether a folder can be made at `out`, or written to. */
function checkPath(out: string): void {
  if (out.trim() === "") {
    throw new InputError("cli.out.file", "--out is empty; give a folder.", { at: "--out" });
  }
  let path = resolve(out);
  while (!existsSync(path)) path = dirname(path);
  const shown = path === resolve(out) ? out : path;
  if (!statSync(path).isDirectory()) {
    throw new InputError("cli.out.file", `${shown} is a file; give a folder as --out.`, { at: out });
  }
  checkWritable(path, shown);
}

/** @throws InputError `cli.out.denied` */
export function checkWritable(folder: string, shown: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new InputError(
      "cli.out.denied",
      `The folder ${shown} cannot be written to; change its permissions, or give another --out.`,
      { at: shown, cause },
    );
  }
}

async function latestInterrupted(name: string): Promise<string> {
  const runs = await listRuns(RUNS);
  const latest = runs.find(({ folder, state }) => state === "interrupted" && isRunOf(name, folder.run));
  if (latest !== undefined) return latest.folder.path;
  throw new InputError(
    "cli.resume.none",
    `There is no interrupted run of ${name} in ${RUNS}/; leave --resume out to start one, or name its folder with --out.`,
    { at: RUNS },
  );
}

function isRunOf(name: string, run: string): boolean {
  return run.startsWith(`${name}-`) && /^\d{8}-\d{6}(-\d+)?$/.test(run.slice(name.length + 1));
}

/** The folder of the run that the runner called `run`. */
export function folderOf(run: string): string {
  return join(RUNS, run);
}

/**
 * `runs/compare-20261122-031500`, with a number behind it when that exists.
 *
 * @param now milliseconds since 1970
 */
export function newFolder(name: string, now: number): string {
  const folder = join(RUNS, `${name}-${timestamp(now)}`);
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? folder : `${folder}-${attempt}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** UTC, sortable, and fit for every file system: `20261122-031500`. */
function timestamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

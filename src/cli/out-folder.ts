/** Which folder a run is kept in. Nothing is made here: the runner makes it once everything has proven right. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { listRuns } from "../records/node/index.ts";

/** Where runs without `--out` are kept, under the working folder. */
const RUNS = "runs";

export interface OutFolder {
  readonly folder: string;
  /** Whether there is a run in it to continue. */
  readonly resume: boolean;
}

/**
 * The folder for a run of the recipe called `name`.
 *
 * @param now milliseconds since 1970, for the name of a new folder
 * @throws InputError `cli.out.used` when a folder has something in it and `resume` was not asked for, `cli.out.file`
 *   when it is no folder, `cli.resume.none` when there is nothing to resume
 */
export async function outFolder(
  name: string,
  options: { readonly out?: string; readonly resume?: true },
  now: number,
): Promise<OutFolder> {
  const { out, resume = false } = options;
  if (out === undefined) {
    return resume
      ? { folder: await latestInterrupted(name), resume }
      : { folder: newFolder(name, now), resume };
  }
  const isUsed = existsSync(out) && entries(out) > 0;
  if (isUsed && !resume) {
    throw new InputError(
      "cli.out.used",
      `The folder ${out} is not empty; give --resume to continue the run in it, or another --out.`,
      { at: out },
    );
  }
  return { folder: out, resume: isUsed };
}

function entries(folder: string): number {
  if (statSync(folder).isDirectory()) return readdirSync(folder).length;
  throw new InputError("cli.out.file", `${folder} is a file; give a folder as --out.`, { at: folder });
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

/** `runs/quickstart-20261122-031500`, with a number behind it when that exists. */
function newFolder(name: string, now: number): string {
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

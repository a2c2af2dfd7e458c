import { RunError } from "../errors.ts";
import type { RunEvent, RunSummary } from "../records/events.ts";
import { listenForInterrupt } from "./interrupt-signal.ts";
import { Interrupted } from "./interrupted.ts";
import { folderOf, type OutFolder } from "./out-folder.ts";
import { createProgress, progressStyle } from "./progress.ts";
import { type ReadyRecipe, withPlace } from "./run-options.ts";
import type { Runner } from "./runner.ts";
import type { Terminal } from "./terminal.ts";

export type Remedy = (folder: string | undefined) => string;

/**
 * Carries out a recipe to its end and shows the progress.
 *
 * @param options.stop stops the run at the next safe point, as a signal does; it comes from the dashboard
 * @param options.onEvent is told each event, those of a resumed run's history too
 * @param options.remedy how to go on after an interruption, as the end of a sentence; it is told the run's folder,
 *   undefined when the run had none yet
 * @throws Interrupted after a signal; whatever the runner throws
 */
export async function followRun(
  runner: Runner,
  ready: ReadyRecipe,
  options: OutFolder & {
    readonly workers: number;
    readonly quiet: boolean;
    readonly remedy: Remedy;
    readonly stop?: AbortSignal;
    readonly onEvent?: (event: RunEvent) => void;
  },
  terminal: Terminal,
): Promise<RunSummary> {
  const { workers, resume, quiet, remedy } = options;
  const given = options.folder === undefined ? {} : { folder: options.folder };
  let { folder } = options;
  using progress = createProgress(terminal, progressStyle(terminal, quiet));
  using interrupt = listenForInterrupt(() => {
    progress.say("\ncoterie: stopping at the next safe point; press Ctrl-C again to stop at once");
  });
  options.stop?.addEventListener(
    "abort",
    () => progress.say("coterie: stopping at the next safe point, as asked for in the dashboard"),
    { once: true },
  );
  const signal = options.stop ? AbortSignal.any([interrupt.signal, options.stop]) : interrupt.signal;
  try {
    let summary: RunSummary | undefined;
    const { recipe, baseFolder } = ready;
    const { say } = progress;
    for await (const event of runner(recipe, { ...given, workers, resume, signal, baseFolder, say })) {
      progress.show(event);
      options.onEvent?.(event);
      if (event.kind === "run-started") folder ??= folderOf(event.run);
      if (event.kind === "run-finished") summary = event.summary;
    }
    if (summary !== undefined) return summary;
  } catch (error) {
    if (!signal.aborted) throw withPlace(error, ready);
    throw isAbort(error) ? interrupted(remedy(folder)) : error;
  }
  if (signal.aborted) throw interrupted(remedy(folder));
  throw new RunError("run.unfinished", `The run ended without a result; ${remedy(folder)}`);
}

function interrupted(remedy: string): Interrupted {
  return new Interrupted("run.interrupted", `The run was interrupted at a safe point; ${remedy}`);
}

/** Whether an error is only the echo of the signal. */
function isAbort(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === "AbortError" || code === "run.interrupted";
}

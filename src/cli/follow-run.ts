import { RunError } from "../errors.ts";
import type { RunSummary } from "../records/events.ts";
import { listenForInterrupt } from "./interrupt-signal.ts";
import { Interrupted } from "./interrupted.ts";
import type { OutFolder } from "./out-folder.ts";
import { createProgress, progressStyle } from "./progress.ts";
import { type ReadyRecipe, withPlace } from "./run-options.ts";
import type { Runner } from "./runner.ts";
import { type Terminal, writeLine } from "./terminal.ts";

/**
 * Carries out a recipe to its end and shows the progress.
 *
 * @param options.remedy how to go on after an interruption, as the end of a sentence
 * @throws Interrupted after a signal; whatever the runner throws
 */
export async function followRun(
  runner: Runner,
  ready: ReadyRecipe,
  options: OutFolder & { readonly workers: number; readonly quiet: boolean; readonly remedy: string },
  terminal: Terminal,
): Promise<RunSummary> {
  const { folder, workers, resume, quiet, remedy } = options;
  using progress = createProgress(terminal, progressStyle(terminal, quiet));
  using interrupt = listenForInterrupt(() => {
    writeLine(terminal.err, "\ncoterie: stopping at the next safe point; press Ctrl-C again to stop at once");
  });
  const { signal } = interrupt;
  try {
    let summary: RunSummary | undefined;
    const { recipe, baseFolder } = ready;
    for await (const event of runner(recipe, { folder, workers, resume, signal, baseFolder })) {
      progress.show(event);
      if (event.kind === "run-finished") summary = event.summary;
    }
    if (summary !== undefined) return summary;
  } catch (error) {
    if (!signal.aborted) throw withPlace(error, ready);
    throw isAbort(error) ? new Interrupted(remedy) : error;
  }
  if (signal.aborted) throw new Interrupted(remedy);
  throw new RunError("run.unfinished", `The run in ${folder} ended without a result; ${remedy}`);
}

/** Whether an error is only the echo of the signal. */
function isAbort(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === "AbortError" || code === "run.interrupted";
}

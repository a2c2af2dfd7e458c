import type { Recipe } from "../recipe/index.ts";
import type { RunEvent } from "../records/events.ts";

/** What carries out a recipe: `run` of `run/run.ts`, handed to the commands so that tests can hand in another. */
export type Runner = (
  recipe: Recipe,
  options: {
    /**
     * Where the run is kept; made by the runner once recipe and data have proven right. When absent, a new one
     * under `runs/` that bears the name in the event `run-started`.
     */
    readonly folder?: string;
    readonly workers: number;
    readonly resume: boolean;
    readonly signal: AbortSignal;
    /** What the recipe's relative paths start from. */
    readonly baseFolder: string;
    /** Writes lines for people without getting in the way of the progress. */
    readonly say: (text: string) => void;
  },
) => AsyncIterable<RunEvent>;

/** `interrupted` runs have neither an end nor a process that writes; they and failed ones can be resumed. */
export type RunState = "running" | "finished" | "failed" | "interrupted";

/** A run as it stands in the dashboard's list of runs. Times are milliseconds since 1970. */
export interface ListedRun {
  /** The name of the run's folder. */
  readonly run: string;
  readonly recipe: string;
  readonly task: string;
  readonly state: RunState;
  /** Rounds that are to be done, and those that are. */
  readonly rounds: number;
  readonly finished: number;
  /** Of the last round that was evaluated, and the highest of any; null before the first. */
  readonly accuracy: number | null;
  readonly best: number | null;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly clients: number;
  readonly seed: number;
}

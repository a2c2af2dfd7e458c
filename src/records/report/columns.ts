import type { RoundSummary } from "../events.ts";
import type { LogDigest } from "./digest.ts";
import { differingKeys, flatten, lossText } from "./facts.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "./format.ts";

/** The columns of the tables of figures, which the report and the pages share. */
export type FigureColumn<Row> = readonly [head: string, cell: (row: Row) => string];

/** One row per round; the first column names it. */
export const roundColumns: readonly FigureColumn<RoundSummary>[] = [
  ["Round", ({ round }) => String(round)],
  ["Accuracy", ({ accuracy }) => (accuracy === null ? "–" : formatPercent(accuracy))],
  ["Loss", ({ loss }) => lossText(loss)],
  ["Asked", ({ selected }) => String(selected)],
  ["Contributed", ({ contributed }) => String(contributed)],
  ["Late", ({ late }) => String(late)],
  ["Dropped", ({ dropped }) => String(dropped)],
  ["Rejected", ({ rejected }) => String(rejected)],
  ["Up", ({ uplinkBytes }) => formatBytes(uplinkBytes)],
  ["Down", ({ downlinkBytes }) => formatBytes(downlinkBytes)],
  ["Between clients", ({ clientToClientBytes }) => formatBytes(clientToClientBytes)],
  ["Time", ({ virtualSeconds }) => formatSeconds(virtualSeconds)],
  ["Real", ({ wallSeconds }) => formatSeconds(wallSeconds)],
];

/** Left out where no run has any. */
const between = "Bytes between clients";

const allRunColumns: readonly FigureColumn<LogDigest>[] = [
  ["Final accuracy", ({ summary: { final } }) => (final ? formatPercent(final.accuracy) : "–")],
  ["Final loss", ({ summary: { final } }) => lossText(final?.loss ?? null)],
  ["Best accuracy", ({ summary: { best } }) => (best ? formatPercent(best.accuracy) : "–")],
  ["Rounds", ({ summary }) => formatNumber(summary.rounds.length)],
  ["Clients", ({ summary }) => formatNumber(summary.clients)],
  [
    "Answers used",
    ({ totals }) => (totals.selected > 0 ? formatPercent(totals.contributed / totals.selected) : "–"),
  ],
  ["Bytes up", ({ totals }) => formatBytes(totals.uplinkBytes)],
  ["Bytes down", ({ totals }) => formatBytes(totals.downlinkBytes)],
  [between, ({ totals }) => formatBytes(totals.clientToClientBytes)],
  ["Time", ({ summary }) => formatSeconds(summary.virtualSeconds)],
  ["Real time", ({ summary }) => formatSeconds(summary.wallSeconds)],
  ["State", ({ failure, finished }) => (failure ? "failed" : finished ? "finished" : "not finished")],
];

/** One row per run, next to a column with its name. */
export function runColumns(runs: readonly LogDigest[]): FigureColumn<LogDigest>[] {
  return allRunColumns.filter(
    ([head]) => head !== between || runs.some((run) => run.totals.clientToClientBytes > 0),
  );
}

/** Numbers what has the same name, since a chart tells its curves apart by name. */
export function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** Where the recipes of runs differ: dotted paths, and for each run the values at those paths. */
export function recipeDifferences(runs: readonly { readonly started: { readonly recipe: unknown } }[]): {
  keys: string[];
  rows: string[][];
} {
  const recipes = runs.map(({ started }) => new Map(flatten(started.recipe)));
  const keys = differingKeys(recipes);
  return { keys, rows: recipes.map((recipe) => keys.map((key) => recipe.get(key) ?? "–")) };
}

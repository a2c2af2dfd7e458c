import { lastSuccess } from "../attack-figures.ts";
import type { RoundSummary } from "../events.ts";
import type { LogSummary } from "../summary.ts";
import { recipeDifferences } from "./columns.ts";
import type { LogDigest } from "./digest.ts";
import { attackWords, defenceWords, distinctions, kindOf, methodsOf } from "./method-labels.ts";

/** What a comparison of attacks and defences needs of a run; a `LogDigest` is one. */
export interface ComparedRun extends Pick<LogDigest, "failure"> {
  readonly started: { readonly recipe: unknown };
  readonly summary: Pick<LogSummary, "final" | "best" | "rounds">;
  /** Null for a run that has not finished. */
  readonly finished: unknown;
}

/** A figure over the runs of a cell. */
export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** All runs of one defence under one attack: they differ in nothing but the seed. */
export interface Cell {
  readonly runs: number;
  readonly failed: number;
  /** Neither finished nor failed. */
  readonly unfinished: number;
  /** Shares in [0, 1]; null where it was never measured. */
  readonly final: Spread | null;
  readonly best: Spread | null;
  /** Of backdoors, the share of triggered examples that is taken for the target, in the last round that tells. */
  readonly success: Spread | null;
  /** Real seconds; null before the first finished round. */
  readonly secondsPerRound: number | null;
}

export interface AttackColumn {
  /** Without the fraction; empty for no attack. */
  readonly attack: string;
  /** Of all clients; 0 for no attack. */
  readonly fraction: number;
  readonly words: string;
}

/** Every defence against every attack, as far as there are runs, in one setting. */
export interface RobustnessTable {
  /** What tells this table's runs from those of the others: `partition.alpha 0.1`; empty when there is only one. */
  readonly setting: string;
  readonly defences: readonly { readonly words: string; readonly kind: string }[];
  /** Without attack first, where there are such runs. */
  readonly attacks: readonly AttackColumn[];
  /** By defence, then attack; null where nothing was run. */
  readonly cells: readonly (readonly (Cell | null)[])[];
}

/**
 * Sorts runs by attack and defence. Runs that differ in the seed alone share a cell; those that differ in other keys
 * of the recipe are in different tables.
 */
export function robustnessTables(runs: readonly ComparedRun[]): RobustnessTable[] {
  const placed = placeRuns(runs);
  return [...Map.groupBy(placed, ({ setting }) => setting)].map(([setting, members]) => {
    const defences = [...Map.groupBy(members, ({ defence }) => defence.words)];
    const attacks = sortedColumns(members.map(({ column }) => column));
    return {
      setting,
      defences: defences.map(([, [{ defence }]]) => defence),
      attacks,
      cells: defences.map(([, own]) =>
        attacks.map(({ words }) =>
          cellOf(own.flatMap(({ run, column }) => (column.words === words ? [run] : []))),
        ),
      ),
    };
  });
}

/** Whether runs tell anything of attacks and defences: somebody cheats, or the aggregators differ. */
export function concernsRobustness(runs: readonly ComparedRun[]): boolean {
  const placed = placeRuns(runs);
  return (
    placed.some(({ column }) => column.fraction > 0) ||
    new Set(placed.map(({ defence }) => defence.words)).size > 1
  );
}

interface PlacedRun {
  readonly run: ComparedRun;
  readonly setting: string;
  readonly defence: RobustnessTable["defences"][number];
  readonly column: AttackColumn;
}

function placeRuns(runs: readonly ComparedRun[]): PlacedRun[] {
  const methods = runs.map(({ started }) => methodsOf(started.recipe));
  const settings = settingsOf(runs);
  const ofDefence = distinctions(
    methods.map(({ aggregator }) => aggregator),
    ["kind", "variant", "before"],
  );
  const ofAttack = distinctions(
    methods.map(({ adversary }) => adversary ?? {}),
    ["kind", "fraction"],
  );
  return runs.map((run, i) => {
    const { adversary, aggregator } = methods[i];
    const defence = [defenceWords(aggregator), ...ofDefence[i]].join(", ");
    return {
      ...{ run, setting: settings[i], defence: { words: defence, kind: kindOf(aggregator) } },
      column: adversary
        ? columnOf([kindOf(adversary), ...ofAttack[i]].join(", "), adversary.fraction)
        : noAttack,
    };
  });
}

const noAttack: AttackColumn = { attack: "", fraction: 0, words: "no attack" };

function columnOf(attack: string, fraction: number): AttackColumn {
  return { attack, fraction, words: attackWords(attack, fraction) };
}

/** Keys that make no setting of their own: what the table shows, the seed, and the name. */
const ownKeys = new Set(["adversary", "aggregator", "seed", "name"]);

function settingsOf(runs: readonly ComparedRun[]): string[] {
  const { keys, rows } = recipeDifferences(runs);
  const telling = keys.flatMap((key, i) => (ownKeys.has(key.split(".")[0]) ? [] : [i]));
  return rows.map((row) => telling.map((i) => `${keys[i]} ${row[i]}`).join(", "));
}

/** Each column once: attacks in the order of the runs, each by rising fraction, and no attack before them all. */
function sortedColumns(columns: readonly AttackColumn[]): AttackColumn[] {
  const order = [...new Set(["", ...columns.map(({ attack }) => attack)])];
  const rank = ({ attack }: AttackColumn) => order.indexOf(attack);
  return [...new Map(columns.map((column) => [column.words, column])).values()].sort(
    (a, b) => rank(a) - rank(b) || a.fraction - b.fraction,
  );
}

function cellOf(runs: readonly ComparedRun[]): Cell | null {
  if (runs.length === 0) return null;
  return {
    runs: runs.length,
    failed: runs.filter(({ failure }) => failure !== null).length,
    unfinished: runs.filter(({ failure, finished }) => failure === null && finished === null).length,
    final: spreadOf(runs.map(({ summary }) => summary.final?.accuracy)),
    best: spreadOf(runs.map(({ summary }) => summary.best?.accuracy)),
    success: spreadOf(runs.map(({ summary }) => lastSuccess(summary.rounds)?.success)),
    secondsPerRound: spreadOf(runs.map(({ summary }) => meanSeconds(summary.rounds)))?.mean ?? null,
  };
}

function meanSeconds(rounds: readonly RoundSummary[]): number | undefined {
  if (rounds.length === 0) return undefined;
  return rounds.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0) / rounds.length;
}

function spreadOf(values: readonly (number | undefined)[]): Spread | null {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { mean, least: Math.min(...known), most: Math.max(...known) };
}

import { formatPercent, formatSeconds } from "./format.ts";
import {
  type Cell,
  type ComparedRun,
  concernsRobustness,
  type RobustnessTable,
  robustnessTables,
} from "./robustness.ts";

/** What a comparison says of one defence. Shares are in [0, 1]; what the runs do not tell is null. */
export interface Advice {
  /** Aggregator and what comes before it, with the setting where there are several. */
  readonly defence: string;
  /** The attack with the lowest final accuracy, and that accuracy: the mean of the runs that differ in the seed alone. */
  readonly worstAttack: string | null;
  readonly worstAccuracy: number | null;
  /** The backdoor that worked best at the end. */
  readonly worstBackdoor: { readonly attack: string; readonly success: number } | null;
  /** Final accuracy that the mean reaches without attack and this defence does not; negative when it reaches more. */
  readonly lossWithoutAttack: number | null;
  readonly cost: {
    /** Real seconds, training included; the mean over attacks. */
    readonly secondsPerRound: number | null;
    /** Times as long as with the mean, under the same attacks. */
    readonly timesMean: number | null;
  };
  /** The same in plain language. */
  readonly sentence: string;
}

export const adviceNote =
  "Accuracy is the final one. Only what was run is judged: a defence that withstood these attacks may fall to others. Times are real ones of whole rounds on this machine, training included.";

/** One piece of advice per defence; none when nobody cheats and all runs have the same aggregator. */
export function adviceOf(runs: readonly ComparedRun[]): Advice[] {
  if (!concernsRobustness(runs)) return [];
  return robustnessTables(runs).flatMap((table) => {
    const mean = table.defences.findIndex(({ kind }) => kind === "mean");
    return table.defences.map((_, row) => adviceOn(table, row, mean));
  });
}

/** A cell of a defence, and the attack that it is under. */
interface Met {
  readonly words: string;
  readonly cell: Cell;
}

/** @param mean the row of the mean, with which all are compared; -1 when there is none */
function adviceOn(table: RobustnessTable, row: number, mean: number): Advice {
  const { words } = table.defences[row];
  const defence = table.setting ? `${words} (${table.setting})` : words;
  const met = table.cells[row].flatMap((cell, i): Met[] =>
    cell && table.attacks[i].fraction > 0 ? [{ words: table.attacks[i].words, cell }] : [],
  );
  const worst = extreme(met, ({ cell }) => (cell.final ? -cell.final.mean : null));
  const backdoor = extreme(met, ({ cell }) => cell.success?.mean ?? null);
  const calm = unattacked(table, row);
  const yardstick = mean < 0 ? null : unattacked(table, mean);
  const lossWithoutAttack = calm === null || yardstick === null ? null : yardstick - calm;
  const cost = { secondsPerRound: secondsOf(table.cells[row]), timesMean: timesMean(table, row, mean) };
  const parts = [
    worstText(met, worst),
    ...(backdoor
      ? [
          `the backdoor of ${backdoor.words} took ${formatPercent(backdoor.cell.success!.mean)} of the triggered examples`,
        ]
      : []),
    ...failureText(table, row),
    row === mean ? meanText(calm) : lossText(calm, yardstick),
    costText(cost, row === mean),
  ];
  return {
    ...{ defence, lossWithoutAttack, cost },
    worstAttack: worst?.words ?? null,
    worstAccuracy: worst?.cell.final?.mean ?? null,
    worstBackdoor: backdoor && { attack: backdoor.words, success: backdoor.cell.success!.mean },
    sentence: `${defence}: ${parts.join("; ")}.`,
  };
}

/** The one with the greatest figure; null when none has one. */
function extreme(met: readonly Met[], figure: (met: Met) => number | null): Met | null {
  const known = met.filter((each) => figure(each) !== null);
  return known.toSorted((a, b) => figure(b)! - figure(a)!)[0] ?? null;
}

/** Final accuracy without attack. */
function unattacked({ attacks, cells }: RobustnessTable, row: number): number | null {
  const column = attacks.findIndex(({ fraction }) => fraction === 0);
  return cells[row][column]?.final?.mean ?? null;
}

function secondsOf(cells: readonly (Cell | null)[]): number | null {
  const seconds = cells.flatMap((cell) => cell?.secondsPerRound ?? []);
  return seconds.length === 0 ? null : seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
}

/** Only attacks that both have met are compared: the adversary takes time as well. */
function timesMean({ cells }: RobustnessTable, row: number, mean: number): number | null {
  if (mean < 0) return null;
  const isShared = cells[row].map((cell, i) =>
    Boolean(cell?.secondsPerRound && cells[mean][i]?.secondsPerRound),
  );
  const [own, others] = [row, mean].map((each) => secondsOf(cells[each].filter((_, i) => isShared[i])));
  return own === null || others === null ? null : own / others;
}

function worstText(met: readonly Met[], worst: Met | null): string {
  if (met.length === 0) return "met no attack";
  if (worst === null) return "no accuracy was measured under attack";
  const { runs, final } = worst.cell;
  const seeds = runs > 1 ? `, mean of ${runs} runs` : "";
  const which = met.length === 1 ? "the only attack met was" : `worst of ${met.length} attacks met was`;
  return `${which} ${worst.words} (accuracy ${formatPercent(final!.mean)}${seeds})`;
}

function failureText({ attacks, cells }: RobustnessTable, row: number): string[] {
  const under = (count: "failed" | "unfinished") =>
    attacks.flatMap(({ words }, i) => (cells[row][i]?.[count] ? [words] : [])).join(", ");
  const failed = under("failed");
  const unfinished = under("unfinished");
  return [
    ...(failed ? [`runs failed (${failed}) and count as far as they came`] : []),
    ...(unfinished ? [`runs have not finished (${unfinished}) and count as far as they have come`] : []),
  ];
}

function meanText(calm: number | null): string {
  return calm === null ? "no evaluated run without attack" : `accuracy without attack ${formatPercent(calm)}`;
}

function lossText(calm: number | null, yardstick: number | null): string {
  if (calm === null) return "no evaluated run without attack, so what it costs in accuracy is not known";
  if (yardstick === null) {
    return `accuracy without attack ${formatPercent(calm)}, with no run of the mean without attack to compare it with`;
  }
  const points = Number((100 * (yardstick - calm)).toFixed(2));
  const versus = `${formatPercent(calm)} against ${formatPercent(yardstick)}`;
  if (points === 0) return `without attack as accurate as the mean (${versus})`;
  return `without attack ${Math.abs(points)} points ${points > 0 ? "less" : "more"} accurate than the mean (${versus})`;
}

function costText({ secondsPerRound, timesMean }: Advice["cost"], isMean: boolean): string {
  if (secondsPerRound === null) return "no round has finished, so its cost is not known";
  const seconds = `a round takes ${formatSeconds(secondsPerRound)}`;
  if (isMean) return seconds;
  if (timesMean === null)
    return `${seconds}, with no run of the mean under the same conditions to compare it with`;
  const times = Number(timesMean.toPrecision(2));
  return times === 1
    ? `${seconds}, as long as with the mean`
    : `${seconds}, ${times} times as long as with the mean`;
}

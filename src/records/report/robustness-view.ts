import { formatPercent } from "./format.ts";
import { limits } from "./limits.ts";
import type { Cell, RobustnessTable, Spread } from "./robustness.ts";

/** The tables as they are shown, cut to `limits`. */
export interface RobustnessView {
  readonly tables: readonly RobustnessTable[];
  readonly isCut: boolean;
}

/** Nothing where there is one attack and one defence at most: a heat map of one cell tells nothing. */
export function viewRobustness(all: readonly RobustnessTable[]): RobustnessView | null {
  const { settings, defences, attacks } = limits;
  if (!all.some((table) => table.defences.length > 1 || table.attacks.length > 1)) return null;
  const tables = all.slice(0, settings).map((table) => ({
    ...{
      setting: table.setting,
      defences: table.defences.slice(0, defences),
      attacks: table.attacks.slice(0, attacks),
    },
    cells: table.cells.slice(0, defences).map((row) => row.slice(0, attacks)),
  }));
  const isCut =
    tables.length < all.length ||
    all.some((table) => table.defences.length > defences || table.attacks.length > attacks);
  return { tables, isCut };
}

/** How to read the heat maps. */
export function robustnessNote({ tables, isCut }: RobustnessView): string {
  const cells = tables.flatMap((table) => table.cells.flat());
  const seeds = cells.some((cell) => cell && cell.runs > 1)
    ? " Runs that differ in the seed alone share a cell, which shows their mean."
    : "";
  const open = cells.some((cell) => cell && cell.failed + cell.unfinished > 0)
    ? " Runs that failed or have not finished count with their last evaluated round; the table marks them."
    : "";
  return `Defences are rows; attacks, with the share of the clients that is corrupted, are columns. Empty cells were not run.${seeds}${open}${isCut ? " Not all are shown." : ""}`;
}

/** What a table is called among several. */
export function robustnessName({ setting }: RobustnessTable): string {
  return setting ? `Attacks and defences with ${setting}` : "Attacks and defences";
}

/** @param spread of the measure that is shown */
export function cellText(cell: Cell | null, spread: Spread | null): string {
  if (cell === null) return "–";
  const { runs, failed, unfinished } = cell;
  const figure = spread === null ? "not measured" : formatPercent(spread.mean);
  const remarks = [
    ...(spread && runs > 1
      ? [`${runs} runs, ${formatPercent(spread.least)} to ${formatPercent(spread.most)}`]
      : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unfinished > 0 ? [`${unfinished} not finished`] : []),
  ];
  return remarks.length > 0 ? `${figure} (${remarks.join("; ")})` : figure;
}

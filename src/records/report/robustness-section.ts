import type { Advice } from "./advice.ts";
import type { ChartOption } from "./charts.ts";
import { formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { limits } from "./limits.ts";
import type { Cell, RobustnessTable, Spread } from "./robustness.ts";
import { measuresOf, robustnessChart, robustnessHeight, robustnessWidth } from "./robustness-chart.ts";
import { chart } from "./sections.ts";

/** The tables as a report shows them, cut to `limits`. */
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

/** Every defence against every attack: a heat map with its figures as a table, one for each setting. */
export function robustnessSection({ tables, isCut }: RobustnessView): Html {
  const measures = measuresOf(tables);
  if (measures.length === 0) {
    return html`<section><h2>Attacks and defences</h2><p>No run has been evaluated yet.</p></section>`;
  }
  const cells = tables.flatMap((table) => table.cells.flat());
  const seeds = cells.some((cell) => cell && cell.runs > 1);
  const open = cells.some((cell) => cell && cell.failed + cell.unfinished > 0);
  return html`<section><h2>Attacks and defences</h2>
  <p class="note">Defences are rows; attacks, with the share of the clients that is corrupted, are columns. Empty cells were not run.${seeds && " Runs that differ in the seed alone share a cell, which shows their mean."}${open && " Runs that failed or have not finished count with their last evaluated round; the table marks them."}${isCut && " Not all are shown."}</p>
  <div class="controls"><label for="measure">Cells show</label>
    <select id="measure">${measures.map(({ words }) => html`<option>${words}</option>`)}</select></div>
  ${tables.map((table, i) => oneSetting(table, i, measures))}</section>`;
}

/** The charts of the section, by their place. */
export function robustnessCharts({ tables }: RobustnessView): Record<string, ChartOption> {
  if (measuresOf(tables).length === 0) return {};
  return Object.fromEntries(tables.map((table, i) => [`robustness-${i}`, robustnessChart(table)]));
}

type Measures = ReturnType<typeof measuresOf>;

function oneSetting(table: RobustnessTable, index: number, measures: Measures): Html {
  const name = table.setting ? `Attacks and defences with ${table.setting}` : "Attacks and defences";
  return html`${table.setting && html`<h3>${table.setting}</h3>`}
  <div class="scroll" tabindex="0" role="region" aria-label="${name}"><div style="min-width:${robustnessWidth(table)}px">
    ${chart(`robustness-${index}`, robustnessHeight(table), `${name}: heat map, defences by attacks; the table below has the same figures.`)}
  </div></div>
  <details><summary>Table of attacks and defences${table.setting && `, ${table.setting}`}</summary>${measures.map(({ key, words }) => figureTable(table, key, words))}</details>`;
}

function figureTable(
  { defences, attacks, cells }: RobustnessTable,
  key: Measures[number]["key"],
  words: string,
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${words}"><table class="figures">
    <caption>${words}</caption>
    <thead><tr><th scope="col">Defence</th>${attacks.map((attack) => html`<th scope="col">${attack.words}</th>`)}</tr></thead>
    <tbody>${defences.map((defence, y) => html`<tr><th scope="row">${defence.words}</th>${cells[y].map((cell) => html`<td>${cellText(cell, cell?.[key] ?? null)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function cellText(cell: Cell | null, spread: Spread | null): string {
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

/** A line per defence in plain language. */
export function adviceSection(advice: readonly Advice[]): Html | null {
  if (advice.length === 0) return null;
  return html`<section><h2>Advice</h2><ul>${advice.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>
  <p class="note">Accuracy is the final one. Only what was run is judged: a defence that withstood these attacks may fall to others. Times are real ones of whole rounds on this machine, training included.</p></section>`;
}

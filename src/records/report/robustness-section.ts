import { type Advice, adviceNote } from "./advice.ts";
import type { ChartOption } from "./charts.ts";
import { type Html, html } from "./html.ts";
import type { RobustnessTable } from "./robustness.ts";
import { measuresOf, robustnessChart, robustnessHeight, robustnessWidth } from "./robustness-chart.ts";
import { cellText, type RobustnessView, robustnessName, robustnessNote } from "./robustness-view.ts";
import { chart } from "./sections.ts";

/** Every defence against every attack: a heat map with its figures as a table, one for each setting. */
export function robustnessSection(view: RobustnessView): Html {
  const { tables } = view;
  const measures = measuresOf(tables);
  if (measures.length === 0) {
    return html`<section><h2>Attacks and defences</h2><p>No run has been evaluated yet.</p></section>`;
  }
  return html`<section><h2>Attacks and defences</h2>
  <p class="note">${robustnessNote(view)}</p>
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
  const name = robustnessName(table);
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

/** A line per defence in plain language. */
export function adviceSection(advice: readonly Advice[]): Html | null {
  if (advice.length === 0) return null;
  return html`<section><h2>Advice</h2><ul>${advice.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul>
  <p class="note">${adviceNote}</p></section>`;
}

import type { ChartOption } from "./charts.ts";
import { exchangeChart, exchangeHeight, sortExchange } from "./exchange-chart.ts";
import { formatBytes } from "./format.ts";
import { type Html, html } from "./html.ts";
import { patternChart, patternHeight } from "./pattern-chart.ts";
import { chart } from "./sections.ts";
import { loadColumns, loadsOf, type MixedColumn, messageColumns } from "./secure-columns.ts";
import { exchangeNote, loadNote, patternNote, type SecureView, settingNote } from "./secure-view.ts";
import type { Sight } from "./sights.ts";

/** What travelled in a round under a secure protocol, how much of it, and what each party saw. */
export function secureSection(view: SecureView): Html {
  const { round, messages, exchange, sights } = view;
  const loads = loadsOf(view);
  return html`<section><h2>Who saw what</h2>
  <p class="note">${settingNote(view)}</p>
  <div class="sights">${sights.parties.map(sight)}</div>
  <ul class="note">${sights.rests.map((text) => html`<li>${text}</li>`)}</ul>
  ${
    messages.length > 0 &&
    html`<h3>Messages of round ${round.round}</h3>
  <p class="note">${patternNote}</p>
  ${chart("pattern", patternHeight(messages), "The messages of the round in the order in which they first appeared, as arrows between the server, the clients and other clients; the table below has the same figures.")}
  <details><summary>Table of messages</summary>${mixedTable("Table of messages", messageColumns, messages)}</details>`
  }
  <h3>Bytes and symbols</h3>
  <p class="note">${loadNote(view)}</p>
  ${mixedTable("Bytes and symbols by party", loadColumns, loads)}
  ${
    exchange &&
    html`<h3>Who sent how much to whom</h3>
  <p class="note">${exchangeNote}</p>
  ${chart("exchange", exchangeHeight(exchange), "Heat map of the bytes from each party to each other; the table below has the same figures.")}
  <details><summary>Table of bytes from party to party</summary>${exchangeTable(view)}</details>`
  }</section>`;
}

/** The charts of the section, by their place. */
export function secureCharts({ messages, exchange }: SecureView): Record<string, ChartOption> {
  return {
    ...(messages.length > 0 && { pattern: patternChart(messages) }),
    ...(exchange && { exchange: exchangeChart(exchange) }),
  };
}

function sight({ party, saw, hidden }: Sight): Html {
  return html`<div><h3>${party}</h3><dl>
    <dt>Saw</dt>${saw.map((text) => html`<dd>${text}</dd>`)}
    <dt>Cannot learn</dt>${hidden.map((text) => html`<dd>${text}</dd>`)}
  </dl></div>`;
}

function mixedTable<Row>(name: string, columns: readonly MixedColumn<Row>[], rows: readonly Row[]): Html {
  const [first, ...others] = columns;
  const looks = ({ figure }: MixedColumn<Row>) => (figure ? "figure" : "text");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
    <thead><tr>${columns.map((column) => html`<th scope="col" class="${looks(column)}">${column.head}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><th scope="row">${first.cell(row)}</th>${others.map((column) => html`<td class="${looks(column)}">${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function exchangeTable({ exchange }: SecureView): Html {
  const { parties, bytes } = sortExchange(exchange!);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of bytes from party to party"><table class="figures">
    <thead><tr><th scope="col">From \\ to</th>${parties.map((to) => html`<th scope="col">${to}</th>`)}</tr></thead>
    <tbody>${parties.map((from, i) => html`<tr><th scope="row">${from}</th>${bytes[i].map((sent) => html`<td>${sent === 0 ? "–" : formatBytes(sent)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

import { stringify } from "yaml";
import type { RoundSummary } from "../events.ts";
import { roundColumns } from "./columns.ts";
import type { RunDigest } from "./digest.ts";
import { type Fact, headlines, methodFacts, runFacts } from "./facts.ts";
import { formatNumber } from "./format.ts";
import { type Html, html } from "./html.ts";
import { limits } from "./limits.ts";
import { type PartitionView, partitionNote } from "./partition.ts";

/** The report's parts that are the same for one run and for several. */

/** Whether and how the run ended. */
export function runState({ finished, failure, summary, started }: RunDigest): Html {
  if (failure) {
    const round = failure.round === null ? "" : ` in round ${failure.round}`;
    return html`<span class="state failed">failed${round}</span> ${failure.message} (${failure.code})`;
  }
  if (finished) return html`<span class="state finished">finished</span>`;
  return html`<span class="state unfinished">not finished</span> ${summary.rounds.length} of ${started.rounds} rounds so far`;
}

export function keyFigures(digest: RunDigest): Html {
  return html`<dl class="cards">${headlines(digest).map(({ name, value, more }) => html`<div><dt>${name}</dt><dd class="figure">${value}</dd><dd>${more}</dd></div>`)}</dl>`;
}

export function facts(digest: RunDigest): Html {
  return factTable(runFacts(digest));
}

export function factTable(rows: readonly Fact[]): Html {
  return html`<table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

/** The figures of the method in use; nothing when there are none. */
export function methodFigures(digest: RunDigest): Html | null {
  const rows = methodFacts(digest);
  if (rows.length === 0) return null;
  return html`<section><h2>Figures of the method</h2>${factTable(rows)}</section>`;
}

/** What is needed to do the run again. */
export function recipeSection(digest: RunDigest): Html {
  const recipe = digest.started.recipe as { privacy?: unknown } | null;
  const butFor = recipe?.privacy ? ", but for the clients' noise, which is new in every run" : "";
  return html`<h3>Recipe</h3>
    <p class="note">With all defaults filled in. To repeat the run, save it as <code>recipe.yaml</code> (a copy lies in the run's folder) and use the versions above; the same seed gives the same bits on the same kind of machine${butFor}.</p>
    <pre tabindex="0" aria-label="Command">npx coterie run recipe.yaml --seed ${digest.summary.seed}</pre>
    <pre tabindex="0" aria-label="Recipe">${stringify(digest.started.recipe)}</pre>`;
}

/** The figures of the rounds, which are also the text form of the charts. */
export function roundTable(rounds: readonly RoundSummary[], all: number): Html {
  const cut = rounds.length < all ? `, ${rounds.length} of ${formatNumber(all)}` : "";
  return html`<details><summary>Table of rounds${cut}</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of rounds"><table class="figures">
    <thead><tr>${roundColumns.map(([head]) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rounds.map((round) => html`<tr>${roundColumns.map(([, cell]) => html`<td>${cell(round)}</td>`)}</tr>`)}</tbody>
  </table></div></details>`;
}

export function partitionSection(partition: PartitionView): Html {
  const { rows, names, kind } = partition;
  return html`<section class="keep"><h2>Who holds which data</h2>
    <p class="note">${partitionNote(partition)}</p>
    ${chart("partition", rows.length * 18 + 130, `Heat map of the examples that each client holds of each ${kind}; the table below has the same figures.`)}
    <details><summary>Table of examples per client and ${kind}</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of examples per client and ${kind}"><table class="figures">
      <thead><tr><th scope="col">Client</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(({ row, counts }) => html`<tr><th scope="row">client-${row}</th>${counts.map((count) => html`<td>${count}</td>`)}</tr>`)}</tbody>
    </table></div></details></section>`;
}

/** Accuracy and loss side by side, with the choice of what they are drawn against. */
export function learningSection(hasTime: boolean, below: Html | null = null): Html {
  return html`<section class="keep"><h2>Learning</h2>
  <div class="controls"><label for="against">Drawn against</label>
    <select id="against"><option value="round">rounds</option>${hasTime && html`<option value="seconds">time</option>`}<option value="bytes">bytes on the wire</option></select></div>
  <div class="pair">
    <div>${chart("accuracy", 320, "Line chart of the accuracy on the held-out set; see the table of rounds.")}</div>
    <div>${chart("loss", 320, "Line chart of the loss on the held-out set; see the table of rounds.")}</div>
  </div>${below}</section>`;
}

/** A place for a chart. `limits` keep the height within bounds. */
export function chart(id: string, height: number, description: string): Html {
  return html`<div class="chart" id="${id}" style="height:${Math.round(height)}px" role="img" aria-label="${description}"></div>`;
}

/** Why a chart has fewer rounds than the run; nothing when it has them all. */
export function thinned(rounds: number): Html | null {
  if (rounds <= limits.rounds) return null;
  return html`<p class="note">${limits.rounds} of the ${formatNumber(rounds)} rounds are shown, evenly spaced.</p>`;
}

/** How many of the run's rounds are told client by client; nothing when all are. */
export function someRounds(shown: number, all: number): string {
  return all > limits.timelines ? ` Shown are ${shown} of the ${formatNumber(all)} rounds.` : "";
}

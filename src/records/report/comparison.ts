import { adviceOf } from "./advice.ts";
import { learningChart } from "./charts.ts";
import { distinctNames, recipeDifferences, runColumns } from "./columns.ts";
import type { RunDigest } from "./digest.ts";
import { type Html, html } from "./html.ts";
import { limits } from "./limits.ts";
import type { Page } from "./page.ts";
import { robustnessTables } from "./robustness.ts";
import { adviceSection, robustnessCharts, robustnessSection } from "./robustness-section.ts";
import { viewRobustness } from "./robustness-view.ts";
import { facts, learningSection, recipeSection, runState } from "./sections.ts";

/** Several runs side by side: their curves, one table, and where their recipes differ. */
export function comparison(all: readonly RunDigest[]): Page {
  const runs = all.slice(0, limits.runs);
  const names = distinctNames(runs.map(({ summary }) => summary.run));
  const curves = runs.map(({ summary }, i) => ({ name: names[i], rounds: summary.rounds }));
  const robustness = viewRobustness(robustnessTables(all));
  const body = html`<header>
  <h1>Comparison of ${all.length} runs</h1>
  <p>${names.slice(0, 6).join(" · ")}${names.length > 6 && " · …"}</p>
  ${runs.length < all.length && html`<p>Only the first ${runs.length} are shown${robustness && ", but under “Attacks and defences” and “Advice”, where all of them count"}.</p>`}
</header>
<main>
${adviceSection(adviceOf(all))}
${robustness && robustnessSection(robustness)}
<section>${runTable(runs, names)}</section>
<noscript><p>The charts need JavaScript.</p></noscript>
${learningSection(runs.some(({ summary }) => summary.virtualSeconds > 0))}
<section><h2>Where the recipes differ</h2>${differences(runs, names)}</section>
<section><h2>The runs, and how to repeat them</h2>
  ${runs.map((run, i) => html`<details><summary>${names[i]}</summary><p>${runState(run)}</p>${facts(run)}${recipeSection(run)}</details>`)}
</section>
</main>`;
  return {
    body,
    charts: {
      accuracy: learningChart(curves, "accuracy"),
      loss: learningChart(curves, "loss"),
      ...(robustness && robustnessCharts(robustness)),
    },
  };
}

function runTable(runs: readonly RunDigest[], names: readonly string[]): Html {
  const shown = runColumns(runs);
  const row = (run: RunDigest, name: string) =>
    html`<tr><th scope="row">${name}</th>${shown.map(([, cell]) => html`<td>${cell(run)}</td>`)}</tr>`;
  return html`<h2>Figures</h2><div class="scroll" tabindex="0" role="region" aria-label="Figures of the runs"><table class="figures">
    <thead><tr><th scope="col">Run</th>${shown.map(([head]) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${runs.map((run, i) => row(run, names[i]))}</tbody></table></div>`;
}

function differences(runs: readonly RunDigest[], names: readonly string[]): Html {
  const { keys, rows } = recipeDifferences(runs);
  if (keys.length === 0) return html`<p>They are the same.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Differences between the recipes"><table>
    <thead><tr><th scope="col">Run</th>${keys.map((key) => html`<th scope="col">${key}</th>`)}</tr></thead>
    <tbody>${rows.map((cells, i) => html`<tr><th scope="row">${names[i]}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

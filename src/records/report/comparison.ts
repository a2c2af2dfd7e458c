import { learningChart } from "./charts.ts";
import type { RunDigest } from "./digest.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "./format.ts";
import { type Html, html } from "./html.ts";
import { limits } from "./limits.ts";
import type { Page } from "./page.ts";
import { facts, flatten, learningSection, lossText, recipeSection, runState } from "./sections.ts";

/** Several runs side by side: their curves, one table, and where their recipes differ. */
export function comparison(all: readonly RunDigest[]): Page {
  const runs = all.slice(0, limits.runs);
  const names = distinctNames(runs.map(({ summary }) => summary.run));
  const curves = runs.map(({ summary }, i) => ({ name: names[i], rounds: summary.rounds }));
  const body = html`<header>
  <h1>Comparison of ${all.length} runs</h1>
  <p>${names.slice(0, 6).join(" · ")}${names.length > 6 && " · …"}</p>
  ${runs.length < all.length && html`<p>Only the first ${runs.length} are shown.</p>`}
</header>
<main>
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
    charts: { accuracy: learningChart(curves, "accuracy"), loss: learningChart(curves, "loss") },
  };
}

/** Numbers what has the same name, since a chart tells its curves apart by name. */
function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** Left out where no run has any. */
const between = "Bytes between clients";

type Column = readonly [head: string, cell: (run: RunDigest) => string];

const columns: readonly Column[] = [
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
  ["Simulated time", ({ summary }) => formatSeconds(summary.virtualSeconds)],
  ["Real time", ({ summary }) => formatSeconds(summary.wallSeconds)],
  ["State", ({ failure, finished }) => (failure ? "failed" : finished ? "finished" : "not finished")],
];

function runTable(runs: readonly RunDigest[], names: readonly string[]): Html {
  const shown = columns.filter(
    ([head]) => head !== between || runs.some((run) => run.totals.clientToClientBytes > 0),
  );
  const row = (run: RunDigest, name: string) =>
    html`<tr><th scope="row">${name}</th>${shown.map(([, cell]) => html`<td>${cell(run)}</td>`)}</tr>`;
  return html`<h2>Figures</h2><div class="scroll" tabindex="0" role="region" aria-label="Figures of the runs"><table class="figures">
    <thead><tr><th scope="col">Run</th>${shown.map(([head]) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${runs.map((run, i) => row(run, names[i]))}</tbody></table></div>`;
}

function differences(runs: readonly RunDigest[], names: readonly string[]): Html {
  const recipes = runs.map(({ started }) => new Map(flatten(started.recipe)));
  const keys = [...new Set(recipes.flatMap((recipe) => [...recipe.keys()]))].filter(
    (key) => new Set(recipes.map((recipe) => recipe.get(key))).size > 1,
  );
  if (keys.length === 0) return html`<p>They are the same.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Differences between the recipes"><table>
    <thead><tr><th scope="col">Run</th>${keys.map((key) => html`<th scope="col">${key}</th>`)}</tr></thead>
    <tbody>${recipes.map((recipe, i) => html`<tr><th scope="row">${names[i]}</th>${keys.map((key) => html`<td>${recipe.get(key) ?? "–"}</td>`)}</tr>`)}</tbody></table></div>`;
}

import { adversaryCharts, adversarySection } from "./adversary-section.ts";
import { attendancePart } from "./attendance-section.ts";
import {
  attendanceChart,
  fates,
  learningChart,
  outcomeChart,
  partitionChart,
  thin,
  trafficChart,
} from "./charts.ts";
import { comparison } from "./comparison.ts";
import type { RunDigest } from "./digest.ts";
import { drawing } from "./drawing.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "./format.ts";
import { Html, html, scriptCode, scriptJson } from "./html.ts";
import { limits } from "./limits.ts";
import type { Page } from "./page.ts";
import { type PageData, pageTimelines } from "./page-data.ts";
import { drawReport } from "./page-script.ts";
import {
  chart,
  facts,
  keyFigures,
  learningSection,
  methodFigures,
  partitionSection,
  recipeSection,
  roundTable,
  runState,
  someRounds,
  thinned,
} from "./sections.ts";
import { secureCharts, secureSection } from "./secure-section.ts";
import { viewSecure } from "./secure-view.ts";
import { style } from "./style.ts";

export interface ReportAssets {
  /** Source of the ECharts library, the build that defines `echarts` globally. */
  readonly echarts: string;
}

/**
 * The report on one run, or the comparison of several, as one HTML file that needs nothing else: no network (its
 * own policy forbids it), no server, no fonts. What came from the run, client names included, is never taken
 * for markup or code.
 *
 * @param runs at least one; of more than `limits.runs` the first are compared
 */
export function renderReport(runs: readonly RunDigest[], assets: ReportAssets): string {
  const single = runs.length === 1 ? runs[0] : undefined;
  const title = single ? `${single.summary.recipe}: run report` : `Comparison of ${runs.length} runs`;
  const { body, charts } = single ? singleRun(single) : comparison(runs);
  const data: PageData = { charts, fates, timelines: single ? pageTimelines(single.timelines) : [] };
  const formats = `{ bytes: ${formatBytes}, seconds: ${formatSeconds}, percent: ${formatPercent}, number: ${formatNumber} }`;
  const start = `(${drawReport})(echarts, JSON.parse(document.getElementById("report-data").textContent), ${drawing}, ${formats});`;
  const policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
<footer><p>Made by Coterie. Charts by Apache ECharts (Apache License 2.0).</p></footer>
<script type="application/json" id="report-data">${scriptJson(data)}</script>
<script>${scriptCode(assets.echarts)}</script>
<script>${scriptCode(start)}</script>
</body>
</html>
`.text;
}

function singleRun(digest: RunDigest): Page {
  const { summary, partition, timelines } = digest;
  const rounds = thin(summary.rounds);
  const curve = [{ name: "on the held-out set", rounds: summary.rounds }];
  const attendance = attendancePart(digest);
  const adversary = adversarySection(digest, rounds, attendance);
  const secure = viewSecure(digest);
  const body = html`<header>
  <h1>${summary.recipe}</h1>
  <p>${summary.task} · ${formatNumber(summary.clients)} clients · seed ${summary.seed}</p>
  <p>${runState(digest)}</p>
</header>
<main>
${keyFigures(digest)}
<noscript><p>The charts need JavaScript; the tables have the same figures.</p></noscript>
${learningSection(summary.virtualSeconds > 0, html`${thinned(summary.rounds.length)}${roundTable(rounds, summary.rounds.length)}`)}
${adversary}
${secure && secureSection(secure)}
${timelines.length > 0 && timelineSection(digest)}
${adversary === null && attendance && html`<section class="keep"><h2>Who took part</h2>${attendance}</section>`}
<div class="pair">
  <section class="keep"><h2>Answers per round</h2>${chart("outcomes", 300, "Stacked bars: clients that contributed, were late, dropped out or were rejected, per round; see the table of rounds.")}</section>
  <section class="keep"><h2>Bytes per round</h2>${chart("traffic", 300, "Stacked bars: bytes from clients to server, from server to clients and between clients, per round; see the table of rounds.")}</section>
</div>
${partition && partitionSection(partition)}
${methodFigures(digest)}
<section><h2>The run, and how to repeat it</h2>${facts(digest)}${recipeSection(digest)}</section>
</main>`;
  return {
    body,
    charts: {
      accuracy: learningChart(curve, "accuracy"),
      loss: learningChart(curve, "loss"),
      outcomes: outcomeChart(rounds),
      traffic: trafficChart(rounds),
      ...adversaryCharts(digest, rounds),
      ...(secure && secureCharts(secure)),
      ...(attendance && { attendance: attendanceChart(digest.attendance) }),
      ...(partition && { partition: partitionChart(partition) }),
    },
  };
}

function timelineSection({ timelines, started, summary }: RunDigest): Html {
  const capped = timelines.some(({ spans, asked }) => spans.length < asked);
  return html`<section><h2>Clients in a round</h2>
  <p class="note">Bars are local training; the mark at the end tells what became of the answer: ●&nbsp;contributed, □&nbsp;excluded by the aggregator, ▲&nbsp;late, ✕&nbsp;dropped, ◆&nbsp;rejected. Pale bars are waiting, or work that was cut off.${capped ? ` At most ${limits.clients} clients are shown: those with trouble first, then the slowest.` : ""}${someRounds(timelines.length, started.rounds)}${summary.virtualSeconds > 0 ? "" : " This run had no simulated delays, so all marks are at zero."}</p>
  <div class="controls">
    <button type="button" id="earlier" aria-label="Earlier round">←</button>
    <input type="range" id="round" min="0" max="${timelines.length - 1}" step="1" aria-label="Round" aria-describedby="round-text">
    <button type="button" id="later" aria-label="Later round">→</button>
  </div>
  <p id="round-text" role="status"></p>
  ${chart("timeline", 400, "Timeline of the clients in the chosen round; the table below has the same figures.")}
  <details><summary>Table of this round</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of this round"><table>
    <thead><tr><th scope="col">Client</th><th scope="col">Trained for</th><th scope="col">Outcome</th></tr></thead><tbody id="timeline-rows"></tbody>
  </table></div></details></section>`;
}

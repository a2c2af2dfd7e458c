import { attackFiguresOf, lastSuccess, type UpdateCounts } from "../attack-figures.ts";
import type { RoundSummary } from "../events.ts";
import { backdoorChart, defenceChart } from "./adversary-charts.ts";
import { adversaryFacts } from "./adversary-facts.ts";
import type { ChartOption } from "./charts.ts";
import { corruptedAmongKept, defenceSentences, leftOut } from "./defence-record.ts";
import type { RunDigest } from "./digest.ts";
import { formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { chart, factTable } from "./sections.ts";

/**
 * Who attacked, what the defence made of it, and how right that was; nothing for a run without corrupted clients.
 *
 * @param rounds those to be drawn
 * @param attendance the chart of who took part when
 */
export function adversarySection(
  digest: RunDigest,
  rounds: readonly RoundSummary[],
  attendance: Html | null,
): Html | null {
  const facts = adversaryFacts(digest);
  if (facts.length === 0) return null;
  const all = digest.summary.rounds;
  return html`<section><h2>Adversary and defence</h2>
  ${factTable(facts)}
  <h3>How right the defence was</h3>
  <p>${defenceSentences(all).join(" ")}</p>
  <div class="pair">
    ${hasFigures(all) && html`<div class="keep">${chart("defence", 300, "Line chart, by round of attack: the share of the corrupted updates that was left out, the same of the honest ones, and the share of corrupted updates among those kept; the table below has the same figures.")}</div>`}
    ${lastSuccess(all) && html`<div class="keep">${chart("backdoor", 300, "Line chart, by round: the share of triggered test examples that is taken for the backdoor's target, and the held-out accuracy; the table below has the same figures.")}</div>`}
  </div>
  ${hasFigures(all) && defenceTable(rounds)}
  ${attendance && html`<h3>Who was left out, and when</h3>${attendance}`}</section>`;
}

/** The charts of the section, by their place. */
export function adversaryCharts(
  { started, summary }: RunDigest,
  rounds: readonly RoundSummary[],
): Record<string, ChartOption> {
  if (!started.corrupted?.length) return {};
  return {
    ...(hasFigures(summary.rounds) && { defence: defenceChart(rounds) }),
    ...(lastSuccess(summary.rounds) && { backdoor: backdoorChart(rounds) }),
  };
}

function hasFigures(rounds: readonly RoundSummary[]): boolean {
  return rounds.some((round) => attackFiguresOf(round) !== null);
}

const fates = ["kept", "excluded", "rejected", "absent"] as const satisfies readonly (keyof UpdateCounts)[];

function defenceTable(rounds: readonly RoundSummary[]): Html {
  const withSuccess = lastSuccess(rounds) !== null;
  const row = (round: RoundSummary) => {
    const figures = attackFiguresOf(round);
    if (figures === null) return html`<tr><td>${round.round}</td><td>–</td></tr>`;
    const { attack, defence } = figures;
    const cells = [
      ...fates.map((fate) => String(defence.corrupted[fate])),
      ...[percentText(leftOut(defence.corrupted)), ...fates.map((fate) => String(defence.honest[fate]))],
      ...[percentText(leftOut(defence.honest)), percentText(corruptedAmongKept(defence))],
      ...(withSuccess ? [percentText(attack.success ?? null)] : []),
    ];
    return html`<tr><td>${round.round}</td><td>${attack.active ? "yes" : "no"}</td>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  };
  const side = (name: string) => [...fates, "left out"].map((fate) => `${name} ${fate}`);
  const heads = [
    ...["Round", "Attack", ...side("Corrupted"), ...side("Honest"), "Corrupted among kept"],
    ...(withSuccess ? ["Backdoor success"] : []),
  ];
  return html`<details><summary>Table of the defence, round by round</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of the defence"><table class="figures">
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${rounds.map(row)}</tbody>
    </table></div></details>`;
}

function percentText(share: number | null): string {
  return share === null ? "–" : formatPercent(share);
}

import { answers, attendanceSlots } from "./charts.ts";
import type { RunDigest } from "./digest.ts";
import { formatNumber } from "./format.ts";
import { type Html, html } from "./html.ts";
import { limits } from "./limits.ts";
import type { Answer } from "./round-timeline.ts";
import { chart, someRounds } from "./sections.ts";
import type { Attendance, AttendanceRow } from "./timeline.ts";

/** Who did what in which round, as a chart and in words; nothing before the first round. */
export function attendancePart({ attendance, started }: RunDigest): Html | null {
  const { rows, rounds, clients } = attendance;
  if (rows.length === 0) return null;
  const some =
    rows.length < clients
      ? ` Shown are the ${rows.length} clients with the most trouble of ${formatNumber(clients)}${clients >= limits.followed ? " or more" : ""} that were asked.`
      : "";
  const cheats = rows.some(({ corrupted }) => corrupted);
  return html`<p class="note">One mark per client and round; choose one to see that round under “Clients in a round”.${cheats && " Corrupted clients come first, each with a star."}${some}${someRounds(rounds.length, started.rounds)}</p>
    ${chart("attendance", attendanceSlots(rows).length * 18 + 90, "For each client and round, whether the client contributed, was excluded by the aggregator, was late, dropped out or was rejected; the table below has the same figures.")}
    ${attendanceTable(attendance)}`;
}

function attendanceTable({ rows, rounds }: Attendance): Html {
  const shown = answers.filter((answer) => rows.some(({ fates }) => fates.includes(answer)));
  const cheats = rows.some(({ corrupted }) => corrupted);
  const roundsOf = ({ fates }: AttendanceRow, answer: Answer) =>
    ranges(rounds.filter((_, i) => fates[i] === answer)) || "–";
  return html`<details><summary>Table of clients, with the rounds of each outcome</summary><div class="scroll" tabindex="0" role="region" aria-label="Table of clients"><table>
      <thead><tr><th scope="col">Client</th>${cheats && html`<th scope="col">Side</th>`}${shown.map((answer) => html`<th scope="col">${answer}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr><th scope="row">${row.client}</th>${cheats && html`<td>${row.corrupted ? "corrupted" : "honest"}</td>`}${shown.map((answer) => html`<td>${roundsOf(row, answer)}</td>`)}</tr>`)}</tbody>
    </table></div></details>`;
}

/** `1–3, 7` for 1, 2, 3 and 7; ascending numbers. */
export function ranges(numbers: readonly number[]): string {
  const spans: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = spans.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else spans.push([number, number]);
  }
  return spans.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

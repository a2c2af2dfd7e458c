import type { LogDigest } from "./digest.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "./format.ts";

/** What a report says of a run in words and figures, as plain data: the report and the pages lay it out. */

/** A key figure, and a few words that place it. */
export interface Headline {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

export function headlines({ summary, totals, started, finished }: LogDigest): Headline[] {
  const { final, best } = summary;
  const bytes = totals.uplinkBytes + totals.downlinkBytes + totals.clientToClientBytes;
  const between =
    totals.clientToClientBytes > 0 ? ` · ${formatBytes(totals.clientToClientBytes)} between clients` : "";
  const privacy = finished?.privacy;
  const share = totals.selected > 0 ? formatPercent(totals.contributed / totals.selected) : "–";
  const rows: [name: string, value: string, more: string][] = [
    [
      finished ? "Final accuracy" : "Accuracy so far",
      final ? formatPercent(final.accuracy) : "–",
      final ? `held-out set, loss ${lossText(final.loss)}` : "not evaluated yet",
    ],
    ["Best accuracy", best ? formatPercent(best.accuracy) : "–", best ? `in round ${best.round}` : ""],
    ["Rounds", `${summary.rounds.length}`, `of ${started.rounds}`],
    ["Answers used", share, `${formatNumber(totals.contributed)} of ${formatNumber(totals.selected)} asked`],
    [
      "On the wire",
      formatBytes(bytes),
      `${formatBytes(totals.uplinkBytes)} up · ${formatBytes(totals.downlinkBytes)} down${between}`,
    ],
    [
      "Time",
      formatSeconds(summary.virtualSeconds),
      summary.fabric === "simulated" ? "simulated, on the clients' clock" : "real",
    ],
    [
      "Real time",
      formatSeconds(summary.wallSeconds),
      `on this machine${finished ? `, ${formatBytes(finished.peakMemoryBytes)} of memory` : ""}`,
    ],
  ];
  if (privacy) {
    const more = `per ${privacy.unit}, δ = ${privacy.delta}, ${privacy.accountant}`;
    rows.push(["Privacy", `ε = ${formatNumber(privacy.epsilon)}`, more]);
  }
  const spent = summary.rounds.at(-1)?.figures?.epsilon;
  if (!privacy && typeof spent === "number") {
    rows.push(["Privacy so far", `ε = ${formatNumber(spent)}`, "at the recipe's δ"]);
  }
  return rows.map(([name, value, more]) => ({ name, value, more }));
}

/** A name and what it stands for. */
export type Fact = readonly [name: string, value: string];

/** What is needed to know a run again, and what happened to it. */
export function runFacts({ started, summary, incidents, finished }: LogDigest): Fact[] {
  const { cpu, cores, workers } = started.machine;
  const versions = Object.entries(started.versions).map(([name, version]) => `${name} ${version}`);
  return [
    ["Run", summary.run],
    ["Recipe", summary.recipe],
    ["Task", `${summary.task}, ${formatNumber(summary.parameters)} parameters`],
    ["Clients", formatNumber(summary.clients)],
    ["Seed", String(summary.seed)],
    ["Started", `${new Date(started.wall).toISOString().slice(0, 16).replace("T", " ")} UTC`],
    ["Machine", `${cpu}, ${cores} cores, ${workers} workers`],
    ["Versions", versions.join(", ")],
    ["Resumed", times(incidents.resumes)],
    ["Failed attempts at a round", times(incidents.failedAttempts)],
    ["Refused messages", formatNumber(incidents.refused)],
    ...(finished?.privacy?.assumptions ?? []).map((text): Fact => ["Privacy assumption", text]),
  ];
}

function times(count: number): string {
  return count === 0 ? "never" : count === 1 ? "once" : `${count} times`;
}

/** The figures of the method in use, nested ones by their path, at most 100; empty before the run has finished. */
export function methodFacts({ finished }: LogDigest): Fact[] {
  return flatten(finished?.method ?? {}).slice(0, 100);
}

/** The leaves of plain data with their dotted paths. */
export function flatten(value: unknown, path = ""): Fact[] {
  if (typeof value !== "object" || value === null) {
    return [[path, typeof value === "number" ? formatNumber(value) : String(value)]];
  }
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return [[path, value.slice(0, 20).join(", ") + (value.length > 20 ? `, … (${value.length})` : "")]];
  }
  return Object.entries(value).flatMap(([key, item]) => flatten(item, path ? `${path}.${key}` : key));
}

/** The paths that do not have the same value everywhere, from leaves as `flatten` finds them. */
export function differingKeys(all: readonly ReadonlyMap<string, string>[]): string[] {
  const keys = new Set(all.flatMap((each) => [...each.keys()]));
  return [...keys].filter((key) => new Set(all.map((each) => each.get(key))).size > 1);
}

/** The loss of a round that was not evaluated is null; one that was not finite has become null in the log. */
export function lossText(loss: number | null): string {
  return loss === null || Number.isNaN(loss) ? "–" : formatNumber(loss);
}

import { attackFiguresOf, lastSuccess } from "../attack-figures.ts";
import type { RoundSummary } from "../events.ts";
import type { LogDigest } from "./digest.ts";
import { type Fact, flatten } from "./facts.ts";
import { formatNumber, formatPercent } from "./format.ts";
import { defenceWords, kindOf, methodsOf, type Section } from "./method-labels.ts";

/** Who attacks how, and what stands against it; empty for a run without corrupted clients. */
export function adversaryFacts({ started, summary }: LogDigest): Fact[] {
  const { corrupted = [], recipe } = started;
  if (corrupted.length === 0) return [];
  const { adversary, aggregator } = methodsOf(recipe);
  const { final } = summary;
  const named = corrupted.slice(0, 20).join(", ");
  const share = formatPercent(corrupted.length / summary.clients);
  return [
    [
      "Attack",
      adversary ? `${kindOf(adversary)}${parameters(adversary, ["fraction", "active"])}` : "unknown",
    ],
    ["Rounds of attack", adversary ? schedule(adversary) : "unknown"],
    [
      "Corrupted clients",
      `${formatNumber(corrupted.length)} of ${formatNumber(summary.clients)} (${share}): ${named}${corrupted.length > 20 ? ", …" : ""}`,
    ],
    ["Defence", `${defenceWords(aggregator)}${parameters(aggregator, ["variant", "before"])}`],
    [
      "Last accuracy",
      final ? `${formatPercent(final.accuracy)} in round ${final.round}` : "not evaluated yet",
    ],
    ...backdoorFacts(adversary, summary.rounds),
  ];
}

/** `, with z 1.5, view own`; nothing when there are none. */
function parameters(section: Section, said: readonly string[]): string {
  const leaves = flatten(section).filter(([key]) => ![...said, "kind"].includes(key.split(".")[0]));
  return leaves.length === 0 ? "" : `, with ${leaves.map(([key, value]) => `${key} ${value}`).join(", ")}`;
}

function schedule({ active }: Section): string {
  const { from = 1, until, on, off } = (active ?? {}) as Record<string, unknown>;
  const span = until === undefined ? (from === 1 ? "all" : `from ${from} on`) : `${from} to ${until}`;
  return on === undefined || off === undefined
    ? span
    : `${span}, in turns ${on} of attack and ${off} of honest work`;
}

function backdoorFacts(adversary: Section | null, rounds: readonly RoundSummary[]): Fact[] {
  const last = lastSuccess(rounds);
  if (last === null) {
    return adversary && "trigger" in adversary ? [["Backdoor", "its success was not measured"]] : [];
  }
  const most = rounds.reduce((best, round) => Math.max(best, attackFiguresOf(round)?.attack.success ?? 0), 0);
  const once = most > last.success ? `; at most ${formatPercent(most)} in any round` : "";
  return [
    [
      "Backdoor",
      `${formatPercent(last.success)} of the triggered test examples were taken for the target in round ${last.round}${once}`,
    ],
  ];
}

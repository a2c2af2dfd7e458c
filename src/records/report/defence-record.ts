import { attackFiguresOf, type UpdateCounts } from "../attack-figures.ts";
import type { RoundSummary } from "../events.ts";
import { formatNumber, formatPercent } from "./format.ts";

/** What a defence did to the updates of both sides, in the rounds in which the attack went on. */
export interface DefenceRecord {
  /** Rounds of attack that the figures are from. */
  readonly rounds: number;
  readonly corrupted: UpdateCounts;
  readonly honest: UpdateCounts;
}

const nothing: UpdateCounts = { kept: 0, excluded: 0, rejected: 0, absent: 0 };

/** Adds up the rounds of attack; rounds without attack say nothing of how right a defence was. */
export function defenceRecord(rounds: readonly RoundSummary[]): DefenceRecord {
  const attacked = rounds.flatMap((round) => {
    const figures = attackFiguresOf(round);
    return figures?.attack.active ? [figures.defence] : [];
  });
  return {
    rounds: attacked.length,
    corrupted: attacked.reduce((sum, { corrupted }) => added(sum, corrupted), nothing),
    honest: attacked.reduce((sum, { honest }) => added(sum, honest), nothing),
  };
}

function added(a: UpdateCounts, b: UpdateCounts): UpdateCounts {
  return {
    kept: a.kept + b.kept,
    excluded: a.excluded + b.excluded,
    rejected: a.rejected + b.rejected,
    absent: a.absent + b.absent,
  };
}

/** Updates that came in. */
function arrived({ kept, excluded, rejected }: UpdateCounts): number {
  return kept + excluded + rejected;
}

/** The share of the updates that came in and were excluded or rejected; null when none came in. */
export function leftOut(counts: UpdateCounts): number | null {
  return share(counts.excluded + counts.rejected, arrived(counts));
}

/** The share of the kept updates that corrupted clients sent; null when none was kept. */
export function corruptedAmongKept({
  corrupted,
  honest,
}: Pick<DefenceRecord, "corrupted" | "honest">): number | null {
  return share(corrupted.kept, corrupted.kept + honest.kept);
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** How right the defence was, in a few sentences. */
export function defenceSentences(rounds: readonly RoundSummary[]): string[] {
  const known = rounds.filter((round) => attackFiguresOf(round) !== null).length;
  if (known === 0) return ["The log has no figures yet of what the defence left out."];
  const record = defenceRecord(rounds);
  if (record.rounds === 0) return ["No round of attack has finished yet."];
  const { corrupted, honest } = record;
  const caught = leftOut(corrupted);
  const mistaken = leftOut(honest);
  const among = corruptedAmongKept(record);
  const sentences = [
    caught === null
      ? "No update of a corrupted client came in during the attack."
      : `While the attack went on, ${updates(arrived(corrupted))} came in from corrupted clients, of which ${formatPercent(caught)} were left out (${formatNumber(corrupted.excluded)} excluded by the aggregator, ${formatNumber(corrupted.rejected)} rejected as invalid).`,
    mistaken === null
      ? "No update of an honest client came in."
      : `Of ${updates(arrived(honest))} from honest clients, ${formatPercent(mistaken)} were left out.`,
  ];
  if (among !== null) {
    const kept = updates(corrupted.kept + honest.kept);
    sentences.push(`Of ${kept} that were kept, ${formatPercent(among)} came from corrupted clients.`);
  }
  if (corrupted.excluded + honest.excluded === 0) {
    sentences.push(
      "The aggregator excluded nobody: either its rule leaves no update out as a whole, or none seemed wrong to it.",
    );
  }
  if (record.rounds < known) {
    sentences.push(
      `Counted are the ${record.rounds} of ${known} rounds in which the attack went on; in the others the corrupted clients were honest.`,
    );
  }
  return sentences;
}

function updates(count: number): string {
  return count === 1 ? "1 update" : `${formatNumber(count)} updates`;
}

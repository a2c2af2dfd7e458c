import type { Exchange, MessageTally, RoundSummary } from "../events.ts";
import type { LogDigest } from "./digest.ts";
import { flatten } from "./facts.ts";
import { formatNumber } from "./format.ts";
import { kindOf, type Section, sectionOf } from "./method-labels.ts";
import { type Sights, sightsOf } from "./sights.ts";

/** What a run tells of who saw what: of its last finished round, but for the exchange, which is the first round's. */
export interface SecureView {
  /** Of the protocol. */
  readonly kind: string;
  /** The protocol's section of the recipe. */
  readonly protocol: Section;
  /** Whether clients add noise for differential privacy. */
  readonly hasNoise: boolean;
  readonly round: RoundSummary;
  /** Empty in older logs. */
  readonly messages: readonly MessageTally[];
  /** Groups that were summed apart; 1 for one sum of all. */
  readonly groups: number;
  /** A figure of the protocol; undefined where the log has none of that name. */
  readonly figure: (name: string) => number | undefined;
  readonly sights: Sights;
  readonly exchange: Exchange | null;
}

/** Which protocol, with which options but those of rounding, in which round. */
export function settingNote({ kind, protocol, round, figure, groups }: SecureView): string {
  const options = flatten(protocol).filter(([key]) => !["kind", "bound", "mostExamples"].includes(key));
  const withOptions =
    options.length === 0 ? "" : ` (${options.map(([key, value]) => `${key} ${value}`).join(", ")})`;
  const included = formatNumber(figure("included") ?? round.contributed);
  const sums = groups === 1 ? "the sum" : `${formatNumber(groups)} sums`;
  return `Under ${kind}${withOptions}, in round ${round.round}: ${formatNumber(round.selected)} clients were asked, ${included} are in ${sums}.`;
}

export const patternNote =
  "How often each kind of message was sent, and how many bytes that is in all; the thicker an arrow the more, on a logarithmic scale. At the left: when, since the round was opened. Of a round that was tried again this is the attempt that did not fail.";

export const exchangeNote =
  "Bytes in the first round and, of real clients, of what they got before it, on a logarithmic scale: senders are rows, receivers columns. What goes from client to client through the server counts from client to client.";

/** What the table of bytes and symbols shows. */
export function loadNote({ sights: { formulas } }: SecureView): string {
  const symbols =
    "Bytes are all that travelled, the model included where it travels; symbols are field elements of 4 bytes of what is summed, without keys, seals and framing, in a round to its end.";
  const { client, server, letters } = formulas;
  return `${symbols} By the formulas a client sends ${client}; the server receives ${server}; with ${letters}.`;
}

/** Null before the first round is finished, and for protocols that keep nothing from anybody. */
export function viewSecure({
  started,
  summary,
  exchange,
}: Pick<LogDigest, "started" | "summary" | "exchange">): SecureView | null {
  const round = summary.rounds.at(-1);
  if (round === undefined) return null;
  const recipe = sectionOf(started.recipe);
  const protocol = sectionOf(recipe.protocol);
  const { groupsDone, within, ...own } = round.figures ?? {};
  const figures = within === undefined ? own : sectionOf(within);
  const facts = {
    ...{ kind: kindOf(protocol), protocol, round, messages: round.messages ?? [], exchange },
    hasNoise: Boolean(recipe.privacy),
    groups: typeof groupsDone === "number" ? groupsDone : 1,
    figure: (name: string) => {
      const value = figures[name];
      return typeof value === "number" ? value : undefined;
    },
  };
  const sights = sightsOf(facts);
  return sights && { ...facts, sights };
}

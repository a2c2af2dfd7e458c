import type { MessageTally } from "../events.ts";
import { formatBytes, formatNumber, formatSeconds } from "./format.ts";
import { shortKind, wordsOf } from "./pattern-chart.ts";
import type { SecureView } from "./secure-view.ts";

/** A column of a table of words and figures; the first names the row. */
export interface MixedColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Figures stand flush right. */
  readonly figure?: boolean;
}

export const messageColumns: readonly MixedColumn<MessageTally>[] = [
  { head: "Message", cell: ({ kind }) => shortKind(kind) },
  { head: "From, to", cell: ({ from, to }) => `${from} to ${to}` },
  { head: "Count", figure: true, cell: ({ count }) => formatNumber(count) },
  { head: "Bytes", figure: true, cell: ({ bytes }) => formatBytes(bytes) },
  { head: "Most from one", figure: true, cell: ({ mostSent }) => formatBytes(mostSent) },
  { head: "Most to one", figure: true, cell: ({ mostReceived }) => formatBytes(mostReceived) },
  { head: "First", figure: true, cell: ({ first }) => formatSeconds(first) },
  { head: "Last", figure: true, cell: ({ last }) => formatSeconds(last) },
  { head: "Carries", cell: ({ kind }) => wordsOf(kind) },
];

/** What a party has sent and received in a round, beside what the protocol's formulas say. */
export interface Load {
  readonly party: string;
  /** Undefined in older logs. */
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly symbols: number | undefined;
  readonly expected: number | undefined;
}

/** Of the server, the symbols that it received; of the client that sent most, those that it sent. */
export function loadsOf({ messages, round, figure }: SecureView): Load[] {
  const total = (side: "from" | "to") =>
    messages.length === 0
      ? undefined
      : messages.reduce((sum, tally) => sum + (tally[side] === "server" ? tally.bytes : 0), 0);
  return [
    {
      ...{ party: "server", sent: total("from"), received: total("to") },
      ...{ symbols: figure("serverSymbols"), expected: figure("serverSymbolsExpected") },
    },
    {
      ...{
        party: "busiest client",
        sent: round.busiestClient?.sent,
        received: round.busiestClient?.received,
      },
      ...{ symbols: figure("clientSymbols"), expected: figure("clientSymbolsExpected") },
    },
  ];
}

export const loadColumns: readonly MixedColumn<Load>[] = [
  { head: "Party", cell: ({ party }) => party },
  { head: "Sent", figure: true, cell: ({ sent }) => known(sent, formatBytes) },
  { head: "Received", figure: true, cell: ({ received }) => known(received, formatBytes) },
  {
    ...{ head: "Symbols counted", figure: true },
    cell: ({ party, symbols }) =>
      symbols === undefined ? "–" : `${formatNumber(symbols)} ${party === "server" ? "received" : "sent"}`,
  },
  { head: "By formula", figure: true, cell: ({ expected }) => known(expected, formatNumber) },
  {
    ...{ head: "Ratio", figure: true },
    cell: ({ symbols, expected }) =>
      symbols === undefined || !expected ? "–" : formatNumber(symbols / expected),
  },
];

function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "–" : format(value);
}

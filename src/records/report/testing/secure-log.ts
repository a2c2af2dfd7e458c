import { type SampleOptions, sampleLog } from "../../../testing/sample-log.ts";
import type { MessageTally, RoundTraffic, RunEvent } from "../../events.ts";

/** A row of what a round moved: kind, from and to (`s` or `c`), count, bytes of one message, seconds. */
type Row = readonly [kind: string, link: "sc" | "cs" | "cc", count: number, each: number, at: number];

/** SwiftAgg+ among 20 clients with T = 4, D = 3 and updates of 79,510 numbers: what a real run has counted. */
const swiftAggPlusRows: readonly Row[] = [
  ["round", "sc", 20, 318_304, 0],
  ["swiftagg-plus/key", "cs", 20, 184, 0.209],
  ["swiftagg-plus/plan", "sc", 20, 1087, 0.26],
  ["swiftagg-plus/share", "cc", 342, 24_656, 2],
  ["swiftagg-plus/final", "cs", 19, 24_716, 30.4],
  ["close", "sc", 20, 80, 30.5],
];

/** Rows of a round in which all that has a kind is equally long and equally spread. */
export function tallies(rows: readonly Row[]): MessageTally[] {
  const role = (letter: string) => (letter === "s" ? "server" : "client");
  return rows.map(([kind, [from, to], count, each, at]) => ({
    ...{ kind, from: role(from), to: role(to), count, bytes: count * each },
    mostSent: from === "s" ? count * each : Math.ceil(count / 20) * each,
    mostReceived: to === "s" ? count * each : Math.ceil(count / 20) * each,
    ...{ first: at, last: at + (from === to ? 15 : 0) },
  }));
}

const traffic: Pick<RoundTraffic, "messages" | "busiestClient"> = {
  messages: tallies(swiftAggPlusRows),
  busiestClient: { sent: 493_607, received: 763_677 },
};

const figures = {
  ...{ participants: 20, included: 18, parts: 13, groupSize: 20, groups: 1, guests: 0, connections: 210 },
  ...{ clientSymbols: 122_340, clientSymbolsExpected: 122_340 },
  ...{ serverSymbols: 103_989, serverSymbolsExpected: 103_989 },
};

/** The sample log as a run under SwiftAgg+ would have recorded it. */
export function secureLog({ nameOf = (n) => `client-${n}`, ...options }: SampleOptions = {}): RunEvent[] {
  // The server in the middle, to be sorted to the front.
  const parties = [nameOf(2), "server", nameOf(10), nameOf(1)];
  const bytes = parties.map((_, i) => parties.map((_, j) => (i === j ? 0 : 100 ** (i + 1) + j)));
  return sampleLog({ ...options, nameOf }).map((event) => {
    if (event.kind === "run-started") {
      const protocol = { kind: "swiftagg-plus", colluders: 4, dropouts: 3, bound: 1, mostExamples: 100_000 };
      return { ...event, recipe: { ...(event.recipe as object), protocol } };
    }
    if (event.kind !== "round-finished") return event;
    return { ...event, ...traffic, figures, ...(event.round === 1 && { exchange: { parties, bytes } }) };
  });
}

import type { SumFigures } from "../sum-figures.ts";
import { swiftAggPlusLoads } from "./counters.ts";
import type { Agreement, Plan, Round } from "./server-round.ts";

/** Figures of a round that has a sum. How many shares a client has sent is its own word. */
export function figuresOf(
  round: Round,
  { layout, symbols, piece }: Plan,
  { included }: Agreement,
  brokenSequences: number,
): SumFigures & Readonly<Record<string, number>> {
  const expected = swiftAggPlusLoads(layout, symbols);
  const { participants, parts, groupSize, groups } = layout;
  const sent = [...round.sent].map(([place, shares]) => shares + (round.passed.has(place) ? piece : 0));
  return {
    ...{ participants, included: included.length, parts, groupSize, groups, brokenSequences },
    guests: participants - groups * groupSize,
    hops: expected.hops,
    connections: expected.connections,
    clientSymbols: Math.max(...sent),
    clientSymbolsExpected: expected.client,
    serverSymbols: round.finals.size * piece,
    serverSymbolsExpected: expected.server,
  };
}

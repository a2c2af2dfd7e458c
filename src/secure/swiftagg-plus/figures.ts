import type { Json } from "../../runtime/message.ts";
import { swiftAggPlusLoads } from "./counters.ts";
import type { Agreement, Plan, Round } from "./server-round.ts";

/**
 * Figures of a round that has a sum. Symbols are field elements of 4 bytes: those counted, of the client that sent most,
 * by the clients' own word as to shares, and those that the server has got; beside them what the formulas say.
 */
export function figuresOf(
  round: Round,
  { layout, symbols, piece }: Plan,
  { included }: Agreement,
  brokenSequences: number,
): Record<string, Json> {
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

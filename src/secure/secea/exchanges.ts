/**
 * What clients share with each other in the course of a run. Every exchange goes the same way: each sender seals a share
 * for each of the others and tells the server so; all say whose shares they hold; the server announces, once, whose all
 * of them hold. Only with these is anything computed.
 */
import type { Shape } from "./shape.ts";

/** In their order; the first two make a registration, the others a round. */
export const EXCHANGES = ["presence", "queries", "masks", "tables", "measures"] as const;
export type ExchangeName = (typeof EXCHANGES)[number];

/** The fewest senders whose shares all must hold. Where T of those who are summed collude, two hide each other. */
export function fewestIncluded(exchange: ExchangeName, { clients, colluders, dropouts }: Shape): number {
  switch (exchange) {
    case "presence":
    case "tables":
      return Math.max(clients - dropouts, colluders + 2);
    case "queries":
      return clients - dropouts;
    case "masks":
      // One of them is made by none of the colluders.
      return colluders + 1;
    case "measures":
      return colluders + 2;
  }
}

/** Of those who take part in a round, in their order, those who make zero masks: T + 1, and D for those who fall silent. */
export function maskMakers(
  participants: readonly number[],
  { colluders, dropouts }: Shape,
): readonly number[] {
  return participants.slice(0, colluders + 1 + dropouts);
}

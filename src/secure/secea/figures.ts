import type { SumFigures } from "../sum-figures.ts";
import { secEaLoads } from "./counters.ts";
import type { Desk } from "./desk.ts";
import { EXCHANGES } from "./exchanges.ts";
import { MEASUREMENT_SYMBOLS } from "./measurement.ts";
import type { ServerRegistration } from "./server-registration.ts";
import { queriesOf } from "./settings.ts";
import type { Shape } from "./shape.ts";
import { shareLength } from "./vector-shares.ts";

interface Outcome {
  readonly participants: readonly number[];
  readonly included: readonly number[];
  /** How many have said that they have their rows. */
  readonly retrieved: number;
  /** How many have measured their new models in time. */
  readonly measured: number;
}

/**
 * Of a round that has a result. What clients have sent each other is counted by their own word; the formulas are for all
 * who are registered, and for a client that makes zero masks. Of sums, those count that are needed.
 *
 * @param isNew whether the registration was made in this attempt
 */
export function figuresOf(
  { said, settings }: Desk,
  { participants, included, retrieved, measured }: Outcome,
  registration: ServerRegistration,
  shape: Shape,
  isNew: boolean,
) {
  const { union } = registration;
  const queries = queriesOf(settings, union);
  const sizes = { entities: settings.table.entities, union, queries };
  const loads = secEaLoads(shape, sizes);
  const measuring = secEaLoads(shape, { ...sizes, entities: MEASUREMENT_SYMBOLS }).union;
  const needed = shape.parts + shape.colluders;
  const sums = (exchange: "presence" | "measures") =>
    [...said.sums[exchange].values()].slice(0, needed).reduce((sum, { length }) => sum + length, 0);
  const sentBy = (place: number) =>
    EXCHANGES.reduce((sum, name) => sum + (said.shared[name].get(place) ?? 0), 0) +
    (said.answered.get(place) ?? 0) +
    (said.sums.presence.get(place)?.length ?? 0) +
    (said.sums.measures.get(place)?.length ?? 0);
  const others = participants.length - 1;
  return {
    ...{ participants: participants.length, included: included.length, retrieved, measured },
    ...{
      union,
      queries,
      parts: shape.parts,
      registered: registration.names.length,
      registrations: Number(isNew),
    },
    connections: (participants.length * others) / 2 + participants.length,
    clientSymbols: Math.max(...participants.map(sentBy)),
    clientSymbolsExpected:
      (isNew ? loads.union + loads.queries : 0) + loads.masks + loads.sharing + loads.answers + measuring,
    serverSymbols: sums("presence") + sums("measures"),
    serverSymbolsExpected:
      needed * ((isNew ? shareLength(sizes.entities, shape) : 0) + shareLength(MEASUREMENT_SYMBOLS, shape)),
  } satisfies SumFigures & Readonly<Record<string, number>>;
}

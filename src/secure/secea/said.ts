/** What clients have said to the server in an attempt, by their places; nothing malformed gets in. */
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap } from "../bitmap.ts";
import { isFieldVector } from "../field-vector.ts";
import { EXCHANGES, type ExchangeName } from "./exchanges.ts";
import { MEASUREMENT_SYMBOLS } from "./measurement.ts";
import { answeredBody, exchangeBody, sharedBody } from "./messages.ts";
import type { Shape } from "./shape.ts";
import { shareLength } from "./vector-shares.ts";

export interface Said {
  /** Symbols that each client says to have sent in each exchange. */
  readonly shared: Readonly<Record<ExchangeName, Map<number, number>>>;
  /** Whose shares each holds. */
  readonly held: Readonly<Record<ExchangeName, Map<number, ReadonlySet<number>>>>;
  readonly sums: Readonly<Record<"presence" | "measures", Map<number, Uint32Array>>>;
  /** Symbols of its answers to all others. */
  readonly answered: Map<number, number>;
  readonly retrieved: Set<number>;
}

interface Expected {
  readonly shape: Shape;
  /** Of the registered. */
  readonly names: readonly PartyId[];
  /** B. */
  readonly entities: number;
}

export function nothingSaid(): Said {
  const perExchange = <T>() =>
    Object.fromEntries(EXCHANGES.map((name) => [name, new Map<number, T>()])) as Record<
      ExchangeName,
      Map<number, T>
    >;
  return {
    ...{ shared: perExchange<number>(), held: perExchange<ReadonlySet<number>>() },
    sums: { presence: new Map(), measures: new Map() },
    ...{ answered: new Map(), retrieved: new Set() },
  };
}

/**
 * Notes what a client says; of two things said of the same the first counts.
 *
 * @returns what is wrong with the message, if anything
 */
export function note(
  said: Said,
  place: number,
  { kind, body, tensors = {} }: Message,
  { shape, names, entities }: Expected,
): string | undefined {
  switch (kind) {
    case "shared": {
      const { data } = sharedBody.safeParse(body);
      return data
        ? keepFirst(said.shared[data.exchange], place, data.symbols)
        : "its word that it has shared";
    }
    case "held": {
      const exchange = exchangeBody.safeParse(body).data?.exchange;
      const held = fromBitmap(tensors.held, names.length);
      return exchange && held ? keepFirst(said.held[exchange], place, new Set(held)) : "its report";
    }
    case "sum": {
      const exchange = exchangeBody.safeParse(body).data?.exchange;
      if (exchange !== "presence" && exchange !== "measures") return "its sum";
      const length = shareLength(exchange === "presence" ? entities : MEASUREMENT_SYMBOLS, shape);
      const { sum } = tensors;
      return isFieldVector(sum, length) ? keepFirst(said.sums[exchange], place, sum) : "its sum";
    }
    case "answered": {
      const { data } = answeredBody.safeParse(body);
      return data ? keepFirst(said.answered, place, data.symbols) : "its word that it has answered";
    }
    case "retrieved":
      said.retrieved.add(place);
  }
  return undefined;
}

function keepFirst<T>(map: Map<number, T>, place: number, value: T): undefined {
  if (!map.has(place)) map.set(place, value);
}

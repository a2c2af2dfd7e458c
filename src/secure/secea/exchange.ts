/** A client's part in one exchange; `exchanges.ts` says how they all go. */
import type { Outgoing } from "../../federated/protocol.ts";
import { addInto } from "../../numeric/field31.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { type Circle, openFrom, type Purpose, sealFor } from "./circle.ts";
import type { ExchangeName } from "./exchanges.ts";
import { type Inbox, inclusionOf } from "./inbox.ts";
import { Refusal } from "./refusal.ts";

/** Plain data. */
export interface Exchange extends Purpose {
  readonly name: ExchangeName;
  /** Places of those who hold shares, and may send some. */
  readonly holders: readonly number[];
  /** Symbols of a share. */
  readonly length: number;
  /** The fewest who may be included. */
  readonly fewest: number;
  hasShared: boolean;
  /** Held, by place of the sender, the own one included. */
  readonly shares: Map<number, Uint32Array>;
  /** Senders whose share was none; they are not waited for. */
  readonly spoilt: Set<number>;
  /** What is held has been said; shares that come later do not count. */
  hasReported: boolean;
  /** Whose shares count. */
  included: readonly number[] | undefined;
  hasSummed: boolean;
}

export function newExchange(
  given: Pick<Exchange, "name" | "transcript" | "holders" | "length" | "fewest">,
): Exchange {
  return {
    ...given,
    ...{ hasShared: false, hasReported: false, hasSummed: false, included: undefined },
    ...{ shares: new Map(), spoilt: new Set() },
  };
}

/** Sends every holder its share; the client keeps its own. Once. */
export function share(exchange: Exchange, circle: Circle, shares: readonly Uint32Array[]): Outgoing[] {
  exchange.hasShared = true;
  exchange.shares.set(circle.place, shares[circle.place]);
  const others = exchange.holders.filter((place) => place !== circle.place);
  const send = others.map((place) => sealFor(circle, exchange, place, shares[place]));
  const body = { exchange: exchange.name, symbols: send.length * exchange.length };
  return [...send, { to: ["server"], kind: "shared", body }];
}

/**
 * Takes what has come, and says what is held when it is time to.
 *
 * @throws Refusal when the server's word on who is included is not sound
 */
export function carryOn(exchange: Exchange, circle: Circle, inbox: Inbox): Outgoing[] {
  collect(exchange, circle, inbox);
  const send = report(exchange, circle, inbox);
  include(exchange, circle, inbox);
  return send;
}

function collect(exchange: Exchange, circle: Circle, inbox: Inbox): void {
  const { hasReported, holders, shares, spoilt, length } = exchange;
  for (const [place, sealed] of sealedIn(inbox, circle, exchange.name)) {
    if (hasReported || shares.has(place) || !holders.includes(place)) continue;
    const symbols = openFrom(circle, exchange, place, sealed, length);
    if (symbols === undefined) spoilt.add(place);
    else shares.set(place, symbols);
  }
}

/** Takes the sealed messages of a kind out of the inbox, with the places that they come from. */
export function sealedIn(
  { sealed }: Inbox,
  { names }: Circle,
  kind: Purpose["name"],
): (readonly [number, Uint8Array])[] {
  const messages = [...(sealed.get(kind) ?? [])];
  sealed.delete(kind);
  return messages.map(([from, bytes]) => [names.indexOf(from), bytes] as const);
}

/** Once, as soon as shares of all who are awaited are there. */
function report(exchange: Exchange, { names }: Circle, { awaited }: Inbox): Outgoing[] {
  const { name, shares, spoilt } = exchange;
  const places = fromBitmap(awaited.get(name), names.length);
  if (exchange.hasReported || !places?.every((place) => shares.has(place) || spoilt.has(place))) return [];
  exchange.hasReported = true;
  const held = toBitmap(shares.keys(), names.length);
  return [{ to: ["server"], kind: "held", body: { exchange: name }, tensors: { held } }];
}

function include(exchange: Exchange, { names }: Circle, { announced }: Inbox): void {
  const { name, fewest, hasReported, shares } = exchange;
  const tensors = announced.get(inclusionOf(name));
  if (tensors === undefined || exchange.included !== undefined) return;
  const included = fromBitmap(tensors.included, names.length);
  const isSound =
    hasReported && included && included.length >= fewest && included.every((place) => shares.has(place));
  if (!isSound) throw new Refusal("inclusion");
  exchange.included = included;
}

/** The bytes that stand in a transcript for who is included. */
export function inclusionBytes({ included }: Exchange, { names }: Circle): Uint8Array {
  return toBitmap(included!, names.length);
}

/** Of those shares that count; then they are forgotten, so that there is no second sum. */
export function sumUp({ included, shares, length }: Exchange): Uint32Array {
  const sum = new Uint32Array(length);
  for (const place of included!) addInto(sum, shares.get(place)!);
  shares.clear();
  return sum;
}

/** The sum for the server, once, when it is agreed whose shares count. */
export function sendSum(exchange: Exchange): Outgoing[] {
  if (exchange.included === undefined || exchange.hasSummed) return [];
  exchange.hasSummed = true;
  const body = { exchange: exchange.name };
  return [{ to: ["server"], kind: "sum", body, tensors: { sum: sumUp(exchange) } }];
}

/**
 * Counts the messages of a round by what they are: who sends how much of which kind to whom, and when. What travels is
 * of many parties, and some of them are not to be trusted: kinds that the run does not have share one row, and so do
 * messages that belong to another round.
 */
import type { Exchange, MessageTally, Role } from "../records/events.ts";
import type { Message } from "./message.ts";
import type { PartyId } from "./party.ts";

/** A message on its way to one receiver. */
export interface Sent {
  readonly from: PartyId;
  readonly to: PartyId;
  /** The frame's. */
  readonly bytes: number;
  /** Undefined where the frame does not tell. */
  readonly message: Pick<Message, "kind" | "round"> | undefined;
  /** Seconds since the run began. */
  readonly at: number;
}

export interface RoundMessages {
  readonly messages: readonly MessageTally[];
  readonly busiestClient: { readonly sent: number; readonly received: number };
  /** Of round 1, unless more than 64 parties took part. */
  readonly exchange?: Exchange;
}

const OTHER = "other";
/** Distinct kinds and directions, however many a protocol has. */
const MOST_ROWS = 32;
const MOST_PARTIES = 64;

interface Row extends Pick<MessageTally, "kind" | "from" | "to"> {
  count: number;
  bytes: number;
  readonly sent: Map<PartyId, number>;
  readonly received: Map<PartyId, number>;
  readonly first: number;
  last: number;
}

export class MessageTallies {
  readonly #isOwn: (kind: string) => boolean;
  /** The newest round that the server has spoken of, 0 before it has; and when it first did. */
  #round = 0;
  #openedAt = 0;
  #rows = new Map<string, Row>();
  #sent = new Map<PartyId, number>();
  #received = new Map<PartyId, number>();
  /** Bytes by receiver, by sender. */
  #exchange = new Map<PartyId, Map<PartyId, number>>();

  /** @param isOwn whether the run has messages of this kind */
  constructor(isOwn: (kind: string) => boolean) {
    this.#isOwn = isOwn;
  }

  add(sent: Sent): void {
    const { from, to, bytes, message, at } = sent;
    if (from === "server" && message !== undefined && message.round > this.#round) {
      this.#round = message.round;
      this.#openedAt = at;
    }
    const row = this.#rowOf(sent);
    row.count++;
    row.bytes += bytes;
    row.last = at;
    increase(row.sent, from, bytes);
    increase(row.received, to, bytes);
    if (from !== "server") increase(this.#sent, from, bytes);
    if (to !== "server") increase(this.#received, to, bytes);
    if (this.#round <= 1 && this.#exchange.size <= MOST_PARTIES) {
      increase(exchangeOf(this.#exchange, from), to, bytes);
      exchangeOf(this.#exchange, to);
    }
  }

  /** The counts since the last call; afterwards nothing is left of them. */
  take(): RoundMessages {
    const isFirst = this.#round === 1 && this.#exchange.size <= MOST_PARTIES;
    const taken = {
      messages: [...this.#rows.values()].map((row) => tallyOf(row, this.#openedAt)),
      busiestClient: { sent: most(this.#sent), received: most(this.#received) },
      ...(isFirst && { exchange: matrixOf(this.#exchange) }),
    };
    this.forget();
    return taken;
  }

  /** Forgets all that was counted, and which round it was. */
  forget(): void {
    this.#round = 0;
    this.#openedAt = 0;
    for (const counts of [this.#rows, this.#sent, this.#received, this.#exchange]) counts.clear();
  }

  #rowOf({ from, to, message, at }: Sent): Row {
    const roles: readonly [Role, Role] = [roleOf(from), roleOf(to)];
    const named = this.#find(this.#kindOf(from, message), roles, at);
    return named ?? this.#find(OTHER, roles, at)!;
  }

  /** What is said outside of rounds (round 0) and what the server says belongs to any round. */
  #kindOf(from: PartyId, message: Sent["message"]): string {
    if (message === undefined || !this.#isOwn(message.kind)) return OTHER;
    const isOfRound = from === "server" || message.round === 0 || message.round === this.#round;
    return isOfRound ? message.kind : OTHER;
  }

  /** The row, made when missing; undefined when there is no room for another. */
  #find(kind: string, [from, to]: readonly [Role, Role], at: number): Row | undefined {
    const key = `${kind} ${from} ${to}`;
    let row = this.#rows.get(key);
    if (row === undefined && (kind === OTHER || this.#rows.size < MOST_ROWS)) {
      row = { kind, from, to, count: 0, bytes: 0, sent: new Map(), received: new Map(), first: at, last: at };
      this.#rows.set(key, row);
    }
    return row;
  }
}

function roleOf(party: PartyId): Role {
  return party === "server" ? "server" : "client";
}

function increase(counts: Map<PartyId, number>, party: PartyId, bytes: number): void {
  counts.set(party, (counts.get(party) ?? 0) + bytes);
}

function most(counts: ReadonlyMap<PartyId, number>): number {
  return [...counts.values()].reduce((largest, count) => Math.max(largest, count), 0);
}

function tallyOf({ sent, received, first, last, ...row }: Row, openedAt: number): MessageTally {
  const since = (at: number) => Math.max(0, Number((at - openedAt).toPrecision(6)));
  return {
    ...row,
    ...{ mostSent: most(sent), mostReceived: most(received) },
    ...{ first: since(first), last: since(last) },
  };
}

function exchangeOf(exchange: Map<PartyId, Map<PartyId, number>>, party: PartyId): Map<PartyId, number> {
  let counts = exchange.get(party);
  if (counts === undefined) {
    counts = new Map();
    exchange.set(party, counts);
  }
  return counts;
}

function matrixOf(exchange: ReadonlyMap<PartyId, ReadonlyMap<PartyId, number>>): Exchange {
  const parties = [...exchange.keys()];
  return { parties, bytes: parties.map((from) => parties.map((to) => exchange.get(from)!.get(to) ?? 0)) };
}

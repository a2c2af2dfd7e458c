/**
 * What becomes of the messages that parties send, by the network's faults: the simulation and real sockets ask here,
 * so that the same seed has the same fate for the same message on both.
 *
 * A message is named by its link, the round and attempt that it belongs to, and its place among those: all of it is
 * known to its sender, whatever the clocks say and whatever became of other messages. Named by place, not by kind,
 * so that schemes with other messages meet the same faults.
 */
import type { Message } from "../message.ts";
import type { PartyId } from "../party.ts";
import { encodeMessage } from "../wire/frame.ts";
import { garble } from "./garble.ts";
import type { Moment, Network } from "./network.ts";

/** One copy of a message as it arrives. */
export interface Arrival {
  /** Extra seconds on its way. */
  readonly after: number;
  /** The frame that was sent, or what has become of it. */
  readonly frame: Uint8Array;
}

/** The newest attempt in which a link was used, and the messages sent on it in that attempt. */
interface LinkUse {
  readonly round: number;
  readonly attempt: number;
  readonly sent: number;
}

/** Plain data; opaque outside this file. */
export type MessageFaultsState = ReadonlyMap<string, LinkUse>;

export class MessageFaults {
  readonly #network: Network;
  readonly #links: Map<string, LinkUse>;

  /** @param state goes on from here */
  constructor(network: Network, state?: MessageFaultsState) {
    this.#network = network;
    this.#links = new Map(state);
  }

  /** What arrives when `from` sends a message to `to`, whose frame is `frame`: nothing, one copy or two. */
  arrivals(from: PartyId, to: PartyId, message: Message, frame: Uint8Array): Arrival[] {
    if (this.#network.isFaultless) return [{ after: 0, frame }];
    const moment = momentOf(message);
    const sequence = this.#count(from, to, moment);
    const fate = this.#network.messageFate({ ...moment, from, to, purpose: "message", sequence });
    if (fate.copies.length === 0) return [];
    const said = fate.lie === 0 ? message : { ...message, round: message.round + fate.lie };
    const encoded = said === message ? frame : encodeMessage(said);
    const arrived = fate.garbage === undefined ? encoded : garble(said, encoded, fate.garbage);
    return fate.copies.map((after) => ({ after, frame: arrived }));
  }

  snapshot(): MessageFaultsState {
    return new Map(this.#links);
  }

  /** The message's place on its link in its attempt, 0-based. */
  #count(from: PartyId, to: PartyId, { round, attempt }: Required<Moment>): number {
    const link = from + SEPARATOR + to;
    const use = this.#links.get(link);
    const place = use?.round === round && use.attempt === attempt ? use.sent : 0;
    this.#links.set(link, { round, attempt, sent: place + 1 });
    return place;
  }
}

/** The try at a round that a message belongs to: its body says the attempt, counted from 1. */
export function momentOf({ round, body }: Message): Required<Moment> {
  const attempt = body?.attempt;
  return { round, attempt: typeof attempt === "number" && attempt > 1 ? attempt - 1 : 0 };
}

const SEPARATOR = "\u0000";

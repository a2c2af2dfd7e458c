import type { Clock } from "../host/clock.ts";
import type { Message } from "../message.ts";
import type { PartyId } from "../party.ts";
import { decodeMessage } from "../wire/frame.ts";
import { arrivals, momentOf } from "./message-faults.ts";
import type { MessageQuestion, Moment, Network } from "./network.ts";

export interface FaultySenderOptions {
  /** Who sends. */
  readonly from: PartyId;
  readonly network: Network;
  readonly clock: Clock;
  /** Hands a frame to whatever carries it. A frame that lies or is garbage does not say what `message` says. */
  readonly send: (to: readonly PartyId[], frame: Uint8Array, message: Message) => void;
}

/**
 * Stands between a party and a reliable fabric, and does to the party's messages what the network's faults want: it
 * loses, doubles, delays and garbles them, and makes them lie. What it loses is lost for good, because sessions know
 * nothing of it. Without faults every frame passes at once and as it is.
 *
 * It names messages as the simulation does, as far as a sender can know: by their place among those that the link has
 * carried since the newest attempt began there. The simulation begins to count anew when the server ends an attempt,
 * so what is sent after that and before the next one is counted to the next one there, and to the last one here.
 */
export class FaultySender {
  readonly #options: FaultySenderOptions;
  /** The newest attempt on each link, and the messages that it has carried since. */
  readonly #links = new Map<PartyId, { readonly newest: Required<Moment>; readonly sent: number }>();
  /** Cancels what is held back. */
  readonly #held = new Set<() => void>();

  constructor(options: FaultySenderOptions) {
    this.#options = options;
  }

  /** Sends a frame of the party. Those who get it at once and as it is get it together. */
  send(to: readonly PartyId[], frame: Uint8Array): void {
    const { network, send } = this.#options;
    const message = decodeMessage(frame, { maxBytes: frame.length });
    const together: PartyId[] = [];
    const alone: (() => void)[] = [];
    for (const party of to) {
      const copies = arrivals(network, this.#question(party, message), message, frame);
      for (const [copy, { after, frame: arrived }] of copies.entries()) {
        if (copy === 0 && after === 0 && arrived === frame) together.push(party);
        else alone.push(() => this.#after(after, () => send([party], arrived, message)));
      }
    }
    if (together.length > 0) send(together, frame, message);
    for (const start of alone) start();
  }

  /** What is still held back is lost. */
  close(): void {
    for (const cancel of this.#held) cancel();
    this.#held.clear();
  }

  #question(to: PartyId, message: Message): MessageQuestion {
    const moment = momentOf(message);
    const link = this.#links.get(to);
    const { newest, sent } = link && !isNewer(moment, link.newest) ? link : { newest: moment, sent: 0 };
    this.#links.set(to, { newest, sent: sent + 1 });
    const { round } = message;
    return {
      round,
      attempt: newest.attempt,
      from: this.#options.from,
      to,
      purpose: "message",
      sequence: sent,
    };
  }

  #after(seconds: number, act: () => void): void {
    if (seconds === 0) {
      act();
      return;
    }
    const cancel = this.#options.clock.after(seconds, () => {
      this.#held.delete(cancel);
      act();
    });
    this.#held.add(cancel);
  }
}

function isNewer(a: Required<Moment>, b: Required<Moment>): boolean {
  return a.round > b.round || (a.round === b.round && a.attempt > b.attempt);
}

import type { Clock } from "../host/clock.ts";
import type { Message } from "../message.ts";
import type { PartyId } from "../party.ts";
import { decodeMessage } from "../wire/frame.ts";
import { MessageFaults } from "./message-faults.ts";
import type { Network } from "./network.ts";

export interface FaultySenderOptions {
  /** Who sends. */
  readonly from: PartyId;
  readonly network: Network;
  readonly clock: Clock;
  /** Hands a frame to whatever carries it. A garbled frame says no more what `message` says. */
  readonly send: (to: readonly PartyId[], frame: Uint8Array, message: Message) => void;
}

/**
 * Stands between a party and a reliable fabric, and does to the party's messages what the network's faults want: it
 * loses, doubles, delays, garbles them and makes them lie. What it loses is lost for good, because sessions know
 * nothing of it. Without faults every frame passes at once and as it is.
 */
export class FaultySender {
  readonly #options: FaultySenderOptions;
  readonly #faults: MessageFaults;
  /** Cancels what is held back. */
  readonly #held = new Set<() => void>();

  constructor(options: FaultySenderOptions) {
    this.#options = options;
    this.#faults = new MessageFaults(options.network);
  }

  /** Sends a frame of the party. Those who get it at once, as it is, get it together. */
  send(to: readonly PartyId[], frame: Uint8Array): void {
    const { from, send } = this.#options;
    const message = decodeMessage(frame, { maxBytes: frame.length });
    const together: PartyId[] = [];
    const alone: (() => void)[] = [];
    for (const party of to) {
      const arrivals = this.#faults.arrivals(from, party, message, frame);
      for (const [copy, { after, frame: arrived }] of arrivals.entries()) {
        if (copy === 0 && after === 0 && arrived === frame) together.push(party);
        else alone.push(() => this.#sendAfter(after, () => send([party], arrived, message)));
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

  #sendAfter(seconds: number, send: () => void): void {
    if (seconds === 0) {
      send();
      return;
    }
    const cancel = this.#options.clock.after(seconds, () => {
      this.#held.delete(cancel);
      send();
    });
    this.#held.add(cancel);
  }
}

import { RunError } from "../../errors.ts";
import type { Outgoing } from "../../federated/protocol.ts";
import type { Address } from "../../federated/step-effects.ts";
import type { Roster } from "../roster.ts";
import { asBytes, asField, type SealedChannels } from "../sealed-channels.ts";
import type { ExchangeName } from "./exchanges.ts";
import { KIND } from "./messages.ts";
import { Refusal } from "./refusal.ts";

/** A client among the others of its registration, in an attempt at a round. */
export interface Circle extends Roster {
  readonly address: Address;
  readonly channels: SealedChannels;
  /** The client's own. */
  readonly place: number;
}

/** What is sealed: of which kind, and after all that is agreed on in the transcript. */
export interface Purpose {
  readonly name: ExchangeName | "answers";
  readonly transcript: Uint8Array;
}

/** @throws Refusal when the receiver's key is none */
export function sealFor(circle: Circle, purpose: Purpose, to: number, symbols: Uint32Array): Outgoing {
  const { names, keys, place, channels } = circle;
  const context = contextOf(circle, purpose, place, to);
  try {
    const sealed = channels.seal(keys[to], context, asBytes(symbols));
    return { to: [names[to]], kind: purpose.name, tensors: { sealed } };
  } catch (error) {
    if (error instanceof RunError) throw new Refusal("plan");
    throw error;
  }
}

/** Undefined unless it is so many symbols that were sealed by the one at this place, for this client and purpose. */
export function openFrom(
  circle: Circle,
  purpose: Purpose,
  from: number,
  sealed: Uint8Array,
  length: number,
): Uint32Array | undefined {
  const context = contextOf(circle, purpose, from, circle.place);
  const plain = circle.channels.open(circle.keys[from], context, sealed);
  const symbols = plain && asField(plain);
  return symbols?.length === length ? symbols : undefined;
}

function contextOf({ address, names }: Circle, { name, transcript }: Purpose, from: number, to: number) {
  const { round, attempt } = address;
  return JSON.stringify([KIND, round, attempt, name, transcript.join(), names[from], names[to]]);
}

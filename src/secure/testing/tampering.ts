/** Messages that are changed on their way. */
import type { Message, Tensor } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Driven, Envelope, Fate } from "./drive.ts";

/** Strikes messages of one kind to one party, or from it. */
export function striking(
  kind: string,
  party: PartyId,
  strike: (envelope: Envelope) => Fate,
): (envelope: Envelope) => Fate {
  return (envelope) => {
    const { from, to, message } = envelope;
    return message.kind === kind && (from === party || to === party) ? strike(envelope) : "deliver";
  };
}

export function altered(envelope: Envelope, change: Partial<Message>): Envelope {
  return { ...envelope, message: { ...envelope.message, ...change } };
}

/** With these in the place of its own of the same names. */
export function withTensors(envelope: Envelope, tensors: Readonly<Record<string, Tensor>>): Envelope {
  return altered(envelope, { tensors: { ...envelope.message.tensors, ...tensors } });
}

export function sentBy(client: PartyId, kind: string, { sent }: Driven): Envelope[] {
  return sent.filter(({ from, message }) => from === client && message.kind === kind);
}

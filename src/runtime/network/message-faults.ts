import type { Message } from "../message.ts";
import { encodeMessage } from "../wire/frame.ts";
import { garble } from "./garble.ts";
import type { MessageQuestion, Moment, Network } from "./network.ts";

/** One copy of a message as it arrives. */
export interface Arrival {
  /** Extra seconds on its way. */
  readonly after: number;
  /** The frame that was sent, or what has become of it. */
  readonly frame: Uint8Array;
}

/**
 * What arrives of a message whose frame is `frame`: nothing, one copy or two. The simulation and real sockets both
 * ask here, so that the same seed does the same to the same message.
 *
 * @param question names the message by its place on its link, not by its kind: schemes with other messages meet the
 * same faults
 */
export function arrivals(
  network: Network,
  question: MessageQuestion,
  message: Message,
  frame: Uint8Array,
): Arrival[] {
  const { copies, lie, garbage } = network.messageFate(question);
  if (copies.length === 0) return [];
  const said = lie === 0 ? message : { ...message, round: message.round + lie };
  const encoded = lie === 0 ? frame : encodeMessage(said);
  const arrived = garbage === undefined ? encoded : garble(said, encoded, garbage);
  return copies.map((after) => ({ after, frame: arrived }));
}

/** The try at a round that a message belongs to: its body says the attempt, counted from 1. */
export function momentOf({ round, body }: Message): Required<Moment> {
  const attempt = body?.attempt;
  return { round, attempt: typeof attempt === "number" && attempt > 1 ? attempt - 1 : 0 };
}

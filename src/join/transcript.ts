/**
 * What left this device: one entry for every message that is sent, written before it goes out, from the very frame
 * that goes out. It is the client's own record, kept for its owner.
 */
import type { Message } from "../runtime/message.ts";

export interface SentMessage {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly kind: string;
  readonly round: number;
  /** `server`, or the clients that the server passes it on to. */
  readonly to: readonly string[];
  /** Of the whole frame. */
  readonly bytes: number;
  /** Plain fields, as they are sent. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly tensors: readonly { readonly name: string; readonly type: string; readonly entries: number }[];
  /** What protects the content besides the transport, in words: masks, noise, clipping. Empty: nothing. */
  readonly protection: readonly string[];
}

export function describeMessage(
  { kind, round, body = {}, tensors = {} }: Message,
  sent: Pick<SentMessage, "wall" | "to" | "bytes" | "protection">,
): SentMessage {
  const shapes = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    type: tensor.constructor.name.replace("Array", "").toLowerCase(),
    entries: tensor.length,
  }));
  return { ...sent, kind, round, body, tensors: shapes };
}

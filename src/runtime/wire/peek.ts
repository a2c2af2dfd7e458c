import type { Message } from "../message.ts";
import { PREFIX_BYTES } from "./frame.ts";

/** Longer than the longest kind and round take, written as `encodeMessage` writes them. */
const ENOUGH = 128;
const BEGINNING = /^\{"kind":"([A-Za-z0-9_./-]{1,64})","round":(\d{1,15})[,}]/;

const decoder = new TextDecoder("latin1");

/**
 * Kind and round of a frame as its first bytes tell them, for counting: cheap however large the frame is, and not to be
 * relied on, since nothing else of the frame is checked. Undefined where it does not begin as `encodeMessage` lets it.
 */
export function peekMessage(frame: Uint8Array): Pick<Message, "kind" | "round"> | undefined {
  const header = frame.subarray(PREFIX_BYTES, PREFIX_BYTES + ENOUGH);
  const [, kind, round] = BEGINNING.exec(decoder.decode(header)) ?? [];
  return kind === undefined ? undefined : { kind, round: Number(round) };
}

import { CoterieError } from "../../errors.ts";

/**
 * Bytes from the wire (or from a tensor file) were refused, or a value cannot be put on the wire. Codes start
 * with `frame.`. The receiver counts and records the refusal; a party never crashes on it.
 */
export class FrameError extends CoterieError {}

/** Names and words of an untrusted sender, fit for an error sentence: quoted, escaped, cut short. */
export function quoted(text: unknown): string {
  const words = typeof text === "string" ? text : String(JSON.stringify(text));
  return JSON.stringify(words.length > 40 ? `${words.slice(0, 40)}...` : words);
}

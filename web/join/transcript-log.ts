/** What left this device, for its owner: the latest messages, and totals over all of them. */
import type { SentMessage } from "../../src/join/transcript.ts";

export interface TranscriptLog {
  /** Newest first, at most {@link mostRows}. */
  readonly rows: readonly TranscriptRow[];
  readonly messages: number;
  /** Of all messages; frames and handshakes whole. */
  readonly bytes: number;
  readonly kinds: Readonly<Record<string, { readonly messages: number; readonly bytes: number }>>;
}

export interface TranscriptRow extends Omit<SentMessage, "body"> {
  /** 1-based, in the order of sending. */
  readonly number: number;
  /** The plain fields as JSON, cut after {@link mostBody} characters. */
  readonly body: string;
}

export const mostRows = 1000;
export const mostBody = 4000;

export const emptyLog: TranscriptLog = { rows: [], messages: 0, bytes: 0, kinds: {} };

export function logAfter({ rows, messages, bytes, kinds }: TranscriptLog, sent: SentMessage): TranscriptLog {
  const text = JSON.stringify(sent.body);
  const body = text.length > mostBody ? `${text.slice(0, mostBody)}… (${text.length} characters)` : text;
  const row = { ...sent, body, number: messages + 1 };
  const kind = kinds[sent.kind] ?? { messages: 0, bytes: 0 };
  return {
    rows: [row, ...rows.slice(0, mostRows - 1)],
    messages: messages + 1,
    bytes: bytes + sent.bytes,
    kinds: { ...kinds, [sent.kind]: { messages: kind.messages + 1, bytes: kind.bytes + sent.bytes } },
  };
}

/**
 * The control messages of a session: small JSON texts between the bulk bytes of the messages they announce. They come
 * from untrusted peers: at most 64 KiB, exactly the fields named here.
 *
 * A message of the parties travels as `message` and then its frame's bytes. A large one waits for `grant` after its
 * `message`, goes in blocks, and is closed by `signed`; so neither side ever holds more than it has agreed to.
 */
import { z } from "zod";
import { CoterieError } from "../../errors.ts";

/** A peer broke the rules of the session, or the door refused it. Codes start with `session.`. */
export class SessionError extends CoterieError {}

/**
 * Largest piece that travels at once: a control message in characters, or bytes of a frame. Small, because a piece
 * shows life only when all of it is there, and because strangers can make a server hold one each.
 */
export const MAX_PIECE = 2 ** 16;
/** Most recipients that one message may name. */
export const MAX_RECIPIENTS = 512;

const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const sequence = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]*$/);
const name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const signature = base64url(86).length(86);

const control = z.discriminatedUnion("kind", [
  /** A step of the handshake: `body` is JSON that `signature` covers; see `handshake.ts`. */
  z.strictObject({
    kind: z.literal("handshake"),
    body: z.string().max(8192),
    signature: signature.optional(),
  }),
  /** A frame of `bytes` follows; with the signature at once when it goes without a grant. */
  z.strictObject({
    kind: z.literal("message"),
    sequence,
    bytes: z.number().int().min(1),
    /** Other clients that the server is to pass it on to; absent: the peer itself. */
    to: z.array(name).min(1).max(MAX_RECIPIENTS).optional(),
    /** Who it is from, when the server passes it on. */
    from: name.optional(),
    signature: signature.optional(),
  }),
  /** There is room for message `sequence`; send it from byte `offset` on. */
  z.strictObject({ kind: z.literal("grant"), sequence, offset: whole }),
  /** All bytes of the large message are sent. */
  z.strictObject({ kind: z.literal("signed"), sequence, signature }),
  /** Everything up to `sequence` has arrived and is in the hands of the party. */
  z.strictObject({ kind: z.literal("ack"), sequence: whole }),
  z.strictObject({ kind: z.literal("ping"), id: whole }),
  z.strictObject({ kind: z.literal("pong"), id: whole }),
  /** The peer was refused, or broke a rule; the connection ends. */
  z.strictObject({
    kind: z.literal("refused"),
    code: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/),
    /** Shown to people: no control characters, and none that reorder or break lines. */
    reason: z
      .string()
      .max(512)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u),
  }),
  /** An orderly leave: the sender will not come back to this session. */
  z.strictObject({ kind: z.literal("bye"), reason: z.enum(["left", "finished", "stopped", "failed"]) }),
]);

export type Control = z.output<typeof control>;
/** Why a side leaves: a client of its own will, or a server whose run is finished, stopped (it may come back) or failed. */
export type Farewell = Extract<Control, { kind: "bye" }>["reason"];

/** @throws SessionError `session.control` */
export function parseControl(text: string): Control {
  if (text.length > MAX_PIECE) throw malformed();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed();
  }
  const parsed = control.safeParse(json);
  if (!parsed.success) throw malformed();
  return parsed.data;
}

export function formatControl(control: Control): string {
  return JSON.stringify(control);
}

function malformed(): SessionError {
  return new SessionError(
    "session.control",
    "A control message is malformed; bring both sides to one release.",
  );
}

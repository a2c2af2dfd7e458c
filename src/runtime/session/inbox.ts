/**
 * The messages that come in over a session: announced, received piece by piece, verified in order, and delivered
 * exactly once. What came of a large message stays when its connection breaks, until its memory is needed.
 */
import type { Clock } from "../host/clock.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { MAX_PIECE, SessionError } from "./control.ts";
import { type Announcement, IncomingMessage } from "./incoming-message.ts";
import { WINDOW } from "./outbox.ts";

export interface InboxOptions {
  /** Largest message that is taken, in bytes. */
  readonly maxMessageBytes: number;
  readonly budget: ByteBudget;
  readonly clock: Clock;
  /** There is room for a large message, from byte `offset` on. */
  readonly grant: (sequence: number, offset: number) => void;
  readonly isGenuine: (
    signature: string,
    announcement: Announcement,
    digest: Promise<Uint8Array>,
  ) => Promise<boolean>;
  readonly deliver: (frame: Uint8Array, announcement: Announcement) => void;
  /** A message has been delivered. */
  readonly delivered: (sequence: number) => void;
  /** A signature was wrong. */
  readonly violated: (error: SessionError) => void;
}

/** Messages up to this size go without asking for room, in one piece. */
export const SMALL_BYTES = MAX_PIECE;

export class Inbox {
  readonly #options: InboxOptions;
  #received = 0;
  /** Sequence of the newest message whose bytes are whole; those after `#received` are being verified. */
  #complete = 0;
  #incoming: IncomingMessage | undefined;
  /** That of the small message which is coming in. */
  #signature: string | undefined;
  /** What came of a message whose connection broke. */
  #parked: IncomingMessage | undefined;
  #verifying: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Sequence of the last message that has been delivered, once those that have come are verified. */
  async settled(): Promise<number> {
    await this.#verifying;
    return this.#received;
  }

  /** A new connection begins; the peer sends again what was not delivered. */
  restart(): void {
    this.#complete = this.#received;
  }

  /** The connection broke. */
  park(): void {
    if (this.#incoming?.park()) this.#parked = this.#incoming;
    this.#incoming = undefined;
  }

  /** Nothing more is delivered. */
  close(): void {
    this.#closed = true;
    this.park();
    this.#parked?.release();
    this.#parked = undefined;
  }

  /** Whether the peer sends the message in hand too slowly. */
  isStalled(now: number): boolean {
    return this.#incoming?.isStalled(now, this.#options.budget.isContended) ?? false;
  }

  /**
   * A message is to come.
   *
   * @throws SessionError `session.order`, `session.sequence`, `session.window`, `session.size`
   */
  announced({ sequence, bytes, to, from }: Announcement, signature: string | undefined): void {
    const { budget, clock, maxMessageBytes, grant } = this.#options;
    if (this.#incoming !== undefined) {
      throw new SessionError("session.order", "A message began before the one before it had ended.");
    }
    if (sequence !== this.#complete + 1) {
      throw new SessionError("session.sequence", "A message came twice, or one is missing before it.");
    }
    if (sequence > this.#received + 2 * WINDOW) {
      throw new SessionError("session.window", "Too many messages came before their acknowledgement.");
    }
    if (bytes > maxMessageBytes) {
      const reason = `A message of ${bytes} bytes is more than the limit of ${maxMessageBytes}.`;
      throw new SessionError("session.size", reason);
    }
    const isSmall = bytes <= SMALL_BYTES;
    if (isSmall !== (signature !== undefined)) {
      throw new SessionError("session.order", "Small messages are signed at once, large ones at their end.");
    }
    const announcement = { sequence, bytes, ...(to && { to }), ...(from !== undefined && { from }) };
    const message = this.#unparked(announcement) ?? new IncomingMessage(announcement);
    this.#incoming = message;
    this.#signature = signature;
    if (isSmall) message.accept(clock.now());
    else {
      message.reserve(
        budget,
        () => clock.now(),
        (offset) => grant(sequence, offset),
      );
    }
  }

  /** @throws SessionError `session.order` for bytes that nobody announced or asked for */
  bytes(bytes: Uint8Array): void {
    const incoming = this.#incoming;
    if (incoming === undefined) {
      throw new SessionError("session.order", "Bytes came that belong to no message.");
    }
    incoming.add(bytes);
    if (incoming.whole && this.#signature !== undefined) this.#verify(incoming, this.#signature);
  }

  /**
   * The signature of a large message.
   *
   * @throws SessionError `session.order` when the message is not whole
   */
  signed(sequence: number, signature: string): void {
    const incoming = this.#incoming;
    if (incoming?.announcement.sequence !== sequence || !incoming.whole) {
      throw new SessionError("session.order", "A signature came before its message was whole.");
    }
    this.#verify(incoming, signature);
  }

  /** What had already come of a message that is announced again. */
  #unparked(announcement: Announcement): IncomingMessage | undefined {
    const parked = this.#parked;
    this.#parked = undefined;
    if (JSON.stringify(parked?.announcement) === JSON.stringify(announcement)) return parked;
    parked?.release();
    return undefined;
  }

  /** Signatures are checked in order, while the next message is on its way. */
  #verify(incoming: IncomingMessage, signature: string): void {
    const { isGenuine, deliver, delivered, violated } = this.#options;
    const { announcement } = incoming;
    const { sequence } = announcement;
    this.#incoming = undefined;
    this.#complete = sequence;
    this.#verifying = this.#verifying.then(async () => {
      const genuine = await isGenuine(signature, announcement, incoming.digest());
      try {
        // After a forged message nothing counts until the peer sends it again.
        if (this.#closed || sequence !== this.#received + 1) return;
        if (!genuine) {
          violated(new SessionError("session.signature", "The signature of a message is wrong."));
          return;
        }
        this.#received = sequence;
        deliver(incoming.frame, announcement);
      } finally {
        incoming.release();
      }
      delivered(sequence);
    });
  }
}

/**
 * One party's end of an authenticated session with a peer. It outlives connections: what the peer has not
 * acknowledged is sent again on the next connection, a large message goes on from the byte where it broke off, and
 * every message is delivered exactly once and in order. It holds at most a window of messages on their way and
 * receives large ones only when there is room for them.
 *
 * Every message is signed (Ed25519) over the session's binding, its direction, its sequence number, its addresses and
 * its digest: a message that is forged, replayed, reordered or of another session or run is refused, and the
 * connection ends.
 */
import type { Clock } from "../host/clock.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { Connection } from "./connection.ts";
import {
  type Control,
  type Farewell,
  formatControl,
  MAX_PIECE,
  parseControl,
  SessionError,
} from "./control.ts";
import { frameDigest } from "./frame-digest.ts";
import { type Identity, verify } from "./identity.ts";
import { type Announcement, IncomingMessage } from "./incoming-message.ts";
import { RateLimit } from "./rate-limit.ts";

export interface SessionOptions {
  /** What both sides derived from their handshake; 32 bytes. */
  readonly binding: Uint8Array;
  readonly side: "client" | "server";
  readonly identity: Identity;
  readonly peerKey: CryptoKey;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  /** Where large messages find room on their way in. */
  readonly budget: ByteBudget;
  /** A message is whole and genuine. `to` names other clients than the receiver; `from` is who a relay names. */
  readonly deliver: (frame: Uint8Array, address: Address) => void;
  /** The peer broke a rule; the connection has been ended. */
  readonly refuse: (error: SessionError) => void;
  /** The connection was lost; the session waits for another. */
  readonly lost: () => void;
  /** The peer has taken its leave, or this side has; `isTold` when both know it, as far as one can. */
  readonly left: (reason: Farewell, isTold: boolean) => void;
}

export interface Address {
  readonly to?: readonly string[];
  readonly from?: string;
}

export interface SessionLimits {
  /** Largest message that is taken, in bytes. */
  readonly maxMessageBytes: number;
  /** Seconds of silence after which this side asks whether the peer is there; thrice that, and it is not. */
  readonly heartbeat: number;
  /**
   * Control messages a second that the peer may send, on average; five times as many at once. Those of messages do
   * not count: the window keeps them in bounds.
   */
  readonly controlsPerSecond: number;
}

/** Messages up to this size go without asking for room, in one piece. */
const SMALL_BYTES = MAX_PIECE;
/** Messages that may be on their way unacknowledged. */
const WINDOW = 64;
/** Messages that may wait for a peer, and their bytes, a single one excepted; a slower peer is given up. */
const MAX_WAITING = 65_536;
const MAX_WAITING_BYTES = 2 ** 30;
/** Seconds that a peer gets to take what is left when this side leaves. */
const LEAVE_PATIENCE = 30;

interface Outgoing {
  readonly sequence: number;
  readonly frame: Uint8Array;
  readonly address: Address;
}

export class Session {
  readonly #options: SessionOptions;
  #connection: Connection | undefined;
  #ended = false;
  #farewell: Farewell | undefined;
  #cancelLeave: (() => void) | undefined;
  #rate: RateLimit;

  // The heartbeat.
  #pulse: (() => void) | undefined;
  #heardAt = 0;
  #ping: { readonly id: number; readonly at: number; answered: boolean } = { id: 0, at: 0, answered: true };
  /** Seconds that the last ping took, there and back. */
  roundTrip: number | undefined;

  // Outgoing.
  #sequence = 0;
  #unacknowledged: Outgoing[] = [];
  #waitingBytes = 0;
  /** How many of `#unacknowledged` this connection has been given. */
  #sent = 0;
  #pumping: Connection | undefined;
  #granted: { readonly sequence: number; readonly offset: number } | undefined;
  #wake: (() => void) | undefined;

  // Incoming.
  #received = 0;
  /** Sequence of the newest message whose bytes are whole; those after `#received` are being verified. */
  #complete = 0;
  #incoming: IncomingMessage | undefined;
  /** That of the small message which is coming in. */
  #signature: string | undefined;
  /** What came of a message whose connection broke. */
  #parked: IncomingMessage | undefined;
  #verifying: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#rate = newRate(options.limits);
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Sends a frame, now or on a later connection. Frames are not copied and must not change. */
  send(frame: Uint8Array, address: Address = {}): void {
    if (this.#ended || this.#farewell !== undefined) return;
    this.#unacknowledged.push({ sequence: ++this.#sequence, frame, address });
    this.#waitingBytes += frame.length;
    const { length } = this.#unacknowledged;
    if (length > MAX_WAITING || (length > 1 && this.#waitingBytes > MAX_WAITING_BYTES)) {
      this.#options.refuse(new SessionError("session.backlog", "Too many messages wait for a slow peer."));
      this.#end("failed");
      return;
    }
    this.#pump();
  }

  /**
   * Gives the connection up, so that another can take its place.
   *
   * @returns sequence of the last message that has been delivered here
   */
  async suspend(): Promise<number> {
    this.#drop();
    await this.#verifying;
    return this.#received;
  }

  /**
   * Goes on over a connection whose handshake is done, after `suspend` where there was another.
   *
   * @param peerReceived what the peer says it has been delivered
   */
  attach(connection: Connection, peerReceived: number): void {
    this.#drop();
    if (this.#ended) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#rate = newRate(this.#options.limits);
    this.#acknowledged(peerReceived);
    this.#sent = 0;
    this.#complete = this.#received;
    this.#heardAt = this.#options.clock.now();
    this.#ping = { ...this.#ping, answered: true };
    this.#beat(connection);
    this.#pump();
    // Last, because what has come already may end the connection at once.
    connection.listen({
      text: (text) => this.#guard(connection, () => this.#control(text)),
      bytes: (bytes) => this.#guard(connection, () => this.#bytes(bytes)),
      closed: (forGood) => this.#connectionLost(connection, forGood),
    });
  }

  /**
   * Takes leave: what is unacknowledged goes out first, where there is a connection and the peer takes it within
   * half a minute. `left` is told.
   */
  leave(reason: Farewell): void {
    if (this.#ended || this.#farewell !== undefined) return;
    this.#farewell = reason;
    if (this.#connection === undefined) {
      this.#end(reason);
      return;
    }
    this.#cancelLeave = this.#options.clock.after(LEAVE_PATIENCE, () => this.#end(reason));
    this.#pump();
  }

  /** Ends the session at once; nobody is told. */
  close(): void {
    this.#ended = true;
    this.#unacknowledged = [];
    this.#waitingBytes = 0;
    this.#cancelLeave?.();
    this.#drop();
    this.#parked?.release();
    this.#parked = undefined;
  }

  #end(reason: Farewell, isTold = false): void {
    if (this.#ended) return;
    this.close();
    this.#options.left(reason, isTold);
  }

  #drop(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.#pulse?.();
    this.#granted = undefined;
    this.#wake?.();
    if (this.#incoming?.park()) this.#parked = this.#incoming;
    this.#incoming = undefined;
    connection.close();
  }

  #connectionLost(connection: Connection, forGood = false): void {
    if (this.#connection !== connection) return;
    this.#drop();
    if (this.#farewell !== undefined) this.#end(this.#farewell);
    // Only a client can be gone like this; between it and a server that stays there may be proxies that go.
    else if (forGood && this.#options.side === "server") this.#end("left");
    else this.#options.lost();
  }

  /** Nothing that a peer sends may do more than end its connection. */
  #guard(connection: Connection, act: () => void): void {
    if (this.#connection !== connection) return;
    this.#heardAt = this.#options.clock.now();
    try {
      act();
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      this.#violated(error);
    }
  }

  #violated(error: SessionError): void {
    this.#tell({ kind: "refused", code: error.code, reason: error.message });
    this.#options.refuse(error);
    if (this.#connection) this.#connectionLost(this.#connection);
  }

  #beat(connection: Connection): void {
    const { clock, limits } = this.#options;
    this.#pulse = clock.after(limits.heartbeat, () => {
      const now = clock.now();
      if (now - this.#heardAt >= 3 * limits.heartbeat) {
        this.#connectionLost(connection);
        return;
      }
      if (this.#incoming?.isStalled(now)) {
        this.#violated(new SessionError("session.stalled", "A message came too slowly; send faster."));
        return;
      }
      this.#ping = { id: this.#ping.id + 1, at: now, answered: false };
      this.#tell({ kind: "ping", id: this.#ping.id });
      this.#beat(connection);
    });
  }

  #ponged(id: number): void {
    if (this.#ping.answered || this.#ping.id !== id) return;
    this.#ping.answered = true;
    this.roundTrip = this.#options.clock.now() - this.#ping.at;
  }

  #tell(control: Control): void {
    this.#connection?.sendText(formatControl(control));
  }

  #control(text: string): void {
    const control = parseControl(text);
    if (!this.#isPaced(control) && !this.#rate.allow(this.#options.clock.now())) {
      throw new SessionError("session.rate", "Too many control messages in a short time; send fewer.");
    }
    switch (control.kind) {
      case "message":
        this.#announced(control, control.signature);
        break;
      case "grant":
        this.#grant(control);
        break;
      case "signed":
        if (this.#incoming?.announcement.sequence !== control.sequence || !this.#incoming.whole) {
          throw new SessionError("session.order", "A signature came before its message was whole.");
        }
        this.#verify(this.#incoming, control.signature);
        break;
      case "ack":
        if (control.sequence > this.#sequence - this.#unacknowledged.length + this.#sent) {
          throw new SessionError("session.sequence", "A message was acknowledged that was not sent.");
        }
        this.#acknowledged(control.sequence);
        this.#pump();
        break;
      case "ping":
        this.#tell({ kind: "pong", id: control.id });
        break;
      case "pong":
        this.#ponged(control.id);
        break;
      case "refused":
        this.#options.refuse(
          new SessionError("session.refused", `The peer refused (${control.code}): ${control.reason}`),
        );
        this.#connectionLost(this.#connection!);
        break;
      case "bye":
        void this.#verifying.then(() => this.#end(control.reason, true));
        break;
      case "handshake":
        throw new SessionError("session.order", "The handshake is over.");
    }
  }

  /** Whether a control message belongs to a message: each of those is bounded by the window, or refused. */
  #isPaced(control: Control): boolean {
    const { kind } = control;
    if (kind === "ack") return control.sequence > this.#sequence - this.#unacknowledged.length;
    return kind === "message" || kind === "signed" || kind === "grant";
  }

  // Outgoing messages.

  #acknowledged(sequence: number): void {
    const count = sequence - this.#sequence + this.#unacknowledged.length;
    if (count <= 0) return;
    for (const { frame } of this.#unacknowledged.splice(0, count)) this.#waitingBytes -= frame.length;
    this.#sent = Math.max(0, this.#sent - count);
  }

  #grant({ sequence, offset }: { readonly sequence: number; readonly offset: number }): void {
    const sending = this.#unacknowledged[this.#sent - 1];
    const isAwaited = sending?.sequence === sequence && this.#granted?.sequence !== sequence;
    if (!isAwaited || offset > sending.frame.length) {
      throw new SessionError("session.order", "A message was granted that does not wait for it.");
    }
    this.#granted = { sequence, offset };
    this.#wake?.();
  }

  /** One loop per connection hands it the messages in order. */
  #pump(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#wake?.();
    if (this.#pumping === connection) return;
    this.#pumping = connection;
    void this.#sendAll(connection);
  }

  async #sendAll(connection: Connection): Promise<void> {
    while (this.#connection === connection) {
      if (this.#sent < Math.min(this.#unacknowledged.length, WINDOW)) {
        await this.#sendOne(connection, this.#unacknowledged[this.#sent++]);
      } else if (this.#farewell !== undefined && this.#unacknowledged.length === 0) {
        this.#tell({ kind: "bye", reason: this.#farewell });
        await connection.drained();
        this.#end(this.#farewell, true);
      } else {
        await this.#change();
      }
    }
  }

  /** Until something happens that the sending loop may be waiting for. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  async #sendOne(connection: Connection, { sequence, frame, address }: Outgoing): Promise<void> {
    const isCurrent = () => this.#connection === connection;
    const announcement = { sequence, bytes: frame.length, ...address };
    // Hashed while the bytes are on their way.
    const signature = this.#sign(announcement, frameDigest(frame));
    if (frame.length <= SMALL_BYTES) {
      const text = JSON.stringify({ kind: "message", ...announcement, signature: await signature });
      if (!isCurrent()) return;
      connection.sendText(text);
      connection.sendBytes(frame);
    } else {
      connection.sendText(JSON.stringify({ kind: "message", ...announcement }));
      while (isCurrent() && this.#granted?.sequence !== sequence) await this.#change();
      for (let at = this.#granted?.offset ?? 0; isCurrent() && at < frame.length; at += MAX_PIECE) {
        connection.sendBytes(frame.subarray(at, Math.min(at + MAX_PIECE, frame.length)));
        await connection.drained();
      }
      const control = { kind: "signed", sequence, signature: await signature } as const;
      if (isCurrent()) connection.sendText(formatControl(control));
    }
    await connection.drained();
  }

  async #sign(announcement: Announcement, digest: Promise<Uint8Array>): Promise<string> {
    const { binding, side, identity } = this.#options;
    return toBase64url(await identity.sign(signedBytes(binding, side, announcement, await digest)));
  }

  // Incoming messages.

  #announced({ sequence, bytes, to, from }: Announcement, signature: string | undefined): void {
    const { budget, clock, limits } = this.#options;
    if (this.#incoming !== undefined) {
      throw new SessionError("session.order", "A message began before the one before it had ended.");
    }
    if (sequence !== this.#complete + 1) {
      throw new SessionError("session.sequence", "A message came twice, or one is missing before it.");
    }
    if (sequence > this.#received + 2 * WINDOW) {
      throw new SessionError("session.window", "Too many messages came before their acknowledgement.");
    }
    if (bytes > limits.maxMessageBytes) {
      const reason = `A message of ${bytes} bytes is more than the limit of ${limits.maxMessageBytes}.`;
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
        (offset) => this.#tell({ kind: "grant", sequence, offset }),
      );
    }
  }

  /** What had already come of a message that is announced again. */
  #unparked(announcement: Announcement): IncomingMessage | undefined {
    const parked = this.#parked;
    this.#parked = undefined;
    if (JSON.stringify(parked?.announcement) === JSON.stringify(announcement)) return parked;
    parked?.release();
    return undefined;
  }

  #bytes(bytes: Uint8Array): void {
    const incoming = this.#incoming;
    if (incoming === undefined) {
      throw new SessionError("session.order", "Bytes came that belong to no message.");
    }
    incoming.add(bytes);
    if (incoming.whole && this.#signature !== undefined) this.#verify(incoming, this.#signature);
  }

  /** Signatures are checked in order, while the next message is on its way. */
  #verify(incoming: IncomingMessage, signature: string): void {
    const { announcement } = incoming;
    const { sequence, to, from } = announcement;
    this.#incoming = undefined;
    this.#complete = sequence;
    this.#verifying = this.#verifying.then(async () => {
      const isGenuine = await this.#isGenuine(incoming, signature);
      try {
        // After a forged message nothing counts until the peer sends it again.
        if (this.#ended || sequence !== this.#received + 1) return;
        if (!isGenuine) {
          this.#violated(new SessionError("session.signature", "The signature of a message is wrong."));
          return;
        }
        this.#received = sequence;
        this.#options.deliver(incoming.frame, { ...(to && { to }), ...(from !== undefined && { from }) });
      } finally {
        incoming.release();
      }
      this.#tell({ kind: "ack", sequence });
    });
  }

  async #isGenuine(incoming: IncomingMessage, signature: string): Promise<boolean> {
    const { binding, side, peerKey } = this.#options;
    const peer = side === "client" ? "server" : "client";
    const signed = signedBytes(binding, peer, incoming.announcement, await incoming.digest());
    const bytes = fromBase64url(signature);
    return bytes !== undefined && (await verify(peerKey, bytes, signed));
  }
}

function newRate({ controlsPerSecond }: SessionLimits): RateLimit {
  return new RateLimit(controlsPerSecond, 5 * controlsPerSecond);
}

const encoder = new TextEncoder();

/** What a signature covers: everything that says which message of which session this is, and its digest. */
function signedBytes(
  binding: Uint8Array,
  side: "client" | "server",
  { sequence, bytes, to, from }: Announcement,
  digest: Uint8Array,
): Uint8Array {
  const label = encoder.encode(
    JSON.stringify(["coterie message 1", side, sequence, bytes, to ?? null, from ?? null]),
  );
  const signed = new Uint8Array(label.length + binding.length + digest.length);
  signed.set(label);
  signed.set(binding, label.length);
  signed.set(digest, label.length + binding.length);
  return signed;
}

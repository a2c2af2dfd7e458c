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
import { Heartbeat } from "./heartbeat.ts";
import type { Identity } from "./identity.ts";
import { Inbox, SMALL_BYTES } from "./inbox.ts";
import { isGenuine, type Side, signMessage } from "./message-signature.ts";
import { type Address, Outbox, type Outgoing } from "./outbox.ts";
import { RateLimit } from "./rate-limit.ts";

export type { Address };

export interface SessionOptions {
  /** What both sides derived from their handshake; 32 bytes. */
  readonly binding: Uint8Array;
  readonly side: Side;
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

/** What may wait for a peer: a few of the largest messages, and some more. */
const WAITING_MESSAGES = 4;
const WAITING_BYTES = 2 ** 26;
/** Seconds that a peer gets to take what is left when this side leaves. */
const LEAVE_PATIENCE = 30;

export class Session {
  readonly #options: SessionOptions;
  readonly #heartbeat: Heartbeat;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #connection: Connection | undefined;
  #ended = false;
  #farewell: Farewell | undefined;
  #cancelLeave: (() => void) | undefined;
  #rate: RateLimit;
  /** The connection that the sending loop serves. */
  #pumping: Connection | undefined;
  #granted: { readonly sequence: number; readonly offset: number } | undefined;
  #wake: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { binding, side, peerKey, clock, limits, budget, deliver } = options;
    this.#options = options;
    this.#rate = newRate(limits);
    this.#outbox = new Outbox(WAITING_MESSAGES * limits.maxMessageBytes + WAITING_BYTES);
    this.#heartbeat = new Heartbeat({
      clock,
      seconds: limits.heartbeat,
      ping: (id) => this.#tell({ kind: "ping", id }),
      beat: (now) => this.#checkProgress(now),
      gone: () => this.#lost(),
    });
    const peer = side === "client" ? "server" : "client";
    this.#inbox = new Inbox({
      ...{ maxMessageBytes: limits.maxMessageBytes, budget, clock },
      grant: (sequence, offset) => this.#tell({ kind: "grant", sequence, offset }),
      isGenuine: (signature, announcement, digest) =>
        isGenuine(peerKey, signature, binding, peer, announcement, digest),
      deliver: (frame, { to, from }) =>
        deliver(frame, { ...(to && { to }), ...(from !== undefined && { from }) }),
      delivered: (sequence) => this.#tell({ kind: "ack", sequence }),
      violated: (error) => this.#violated(error),
    });
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Seconds that the peer's last answer to a heartbeat took, there and back. */
  get roundTrip(): number | undefined {
    return this.#heartbeat.roundTrip;
  }

  /** Sends a frame, now or on a later connection. Frames are not copied and must not change. */
  send(frame: Uint8Array, address: Address = {}): void {
    if (this.#ended || this.#farewell !== undefined) return;
    this.#outbox.add(frame, address);
    if (this.#outbox.isOverfull) {
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
  suspend(): Promise<number> {
    this.#drop();
    return this.#inbox.settled();
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
    this.#outbox.forget(peerReceived);
    this.#outbox.rewind();
    this.#inbox.restart();
    this.#heartbeat.start();
    this.#pump();
    // Last, because what has come already may end the connection at once.
    connection.listen({
      text: (text) => this.#guard(connection, () => this.#control(text)),
      bytes: (bytes) => this.#guard(connection, () => this.#inbox.bytes(bytes)),
      closed: (forGood) => {
        if (this.#connection === connection) this.#lost(forGood);
      },
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
    this.#outbox.clear();
    this.#cancelLeave?.();
    this.#drop();
    this.#inbox.close();
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
    this.#heartbeat.stop();
    this.#granted = undefined;
    this.#wake?.();
    this.#inbox.park();
    connection.close();
  }

  /** The connection is of no more use. */
  #lost(forGood = false): void {
    if (this.#connection === undefined) return;
    this.#drop();
    if (this.#farewell !== undefined) this.#end(this.#farewell);
    // Only a client can be gone like this; between it and a server that stays there may be proxies that go.
    else if (forGood && this.#options.side === "server") this.#end("left");
    else this.#options.lost();
  }

  /** Nothing that a peer sends may do more than end its connection. */
  #guard(connection: Connection, act: () => void): void {
    if (this.#connection !== connection) return;
    this.#heartbeat.heard();
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
    this.#lost();
  }

  #checkProgress(now: number): void {
    if (!this.#inbox.isStalled(now)) return;
    this.#violated(new SessionError("session.stalled", "A message came too slowly; send faster."));
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
        this.#inbox.announced(control, control.signature);
        break;
      case "grant":
        this.#grant(control);
        break;
      case "signed":
        this.#inbox.signed(control.sequence, control.signature);
        break;
      case "ack":
        this.#outbox.acknowledge(control.sequence);
        this.#pump();
        break;
      case "ping":
        this.#tell({ kind: "pong", id: control.id });
        break;
      case "pong":
        this.#heartbeat.answered(control.id);
        break;
      case "refused":
        this.#options.refuse(
          new SessionError("session.refused", `The peer refused (${control.code}): ${control.reason}`),
        );
        this.#lost();
        break;
      case "bye":
        void this.#inbox.settled().then(() => this.#end(control.reason, true));
        break;
      case "handshake":
        throw new SessionError("session.order", "The handshake is over.");
    }
  }

  /** Whether a control message belongs to a message: each of those is bounded by the window, or refused. */
  #isPaced(control: Control): boolean {
    const { kind } = control;
    if (kind === "ack") return this.#outbox.isNews(control.sequence);
    return kind === "message" || kind === "signed" || kind === "grant";
  }

  #grant({ sequence, offset }: { readonly sequence: number; readonly offset: number }): void {
    const sending = this.#outbox.latest;
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
      const next = this.#outbox.next();
      if (next !== undefined) {
        await this.#sendOne(connection, next);
      } else if (this.#farewell !== undefined && this.#outbox.isEmpty) {
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
    const { binding, side, identity } = this.#options;
    const isCurrent = () => this.#connection === connection;
    const announcement = { sequence, bytes: frame.length, ...address };
    // Hashed while the bytes are on their way.
    const signature = signMessage(identity, binding, side, announcement, frameDigest(frame));
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
}

function newRate({ controlsPerSecond }: SessionLimits): RateLimit {
  return new RateLimit(controlsPerSecond, 5 * controlsPerSecond);
}

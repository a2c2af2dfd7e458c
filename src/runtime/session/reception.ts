/**
 * The server's door: it shakes hands with whoever connects, keeps one session per client, and tells who came, who
 * left and what they sent. A client that loses its connection has a grace period to come back to its session; a
 * client that starts anew (another process with the same key) takes its own old place.
 *
 * Connections without a finished handshake are few and short-lived: when there are too many the oldest gives way, so
 * that idle strangers cannot keep clients out.
 */
import type { Clock } from "../host/clock.ts";
import type { PartyId } from "../party.ts";
import { toBase64url } from "./base64url.ts";
import { BufferedConnection } from "./buffered-connection.ts";
import { ByteBudget } from "./byte-budget.ts";
import type { Connection } from "./connection.ts";
import { type Farewell, SessionError } from "./control.ts";
import { type Claim, type Resume, receiveClient, type Welcome } from "./handshake.ts";
import type { Identity } from "./identity.ts";
import { RateLimit } from "./rate-limit.ts";
import { type Address, Session, type SessionLimits } from "./session.ts";

export interface ReceptionOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly limits: ReceptionLimits;
  /** The name under which a client takes part; throws a SessionError to refuse it. */
  readonly admit: (claim: Claim) => Promise<PartyId>;
  readonly joined: (client: PartyId) => void;
  readonly left: (client: PartyId, reason: Farewell | "lost") => void;
  readonly deliver: (from: PartyId, frame: Uint8Array, to: readonly PartyId[] | undefined) => void;
  /** Somebody broke a rule; `from` is undefined before the handshake is done. */
  readonly refuse: (from: PartyId | undefined, error: SessionError) => void;
}

export interface ReceptionLimits extends SessionLimits {
  /** Seconds that a client may be away before it counts as gone. */
  readonly grace: number;
  /** Connections in the midst of their handshake. */
  readonly pending: number;
  /** Bytes of large messages that may be on their way in at once, all clients together. */
  readonly incomingBytes: number;
}

/** New sessions that one client may begin, on average and at once. */
const RENEWALS_PER_SECOND = 0.2;
const RENEWALS_AT_ONCE = 20;
/** Pieces that may wait during a handshake: it has two from the client. */
const HANDSHAKE_PIECES = 4;

interface Guest {
  readonly id: string;
  readonly name: PartyId;
  readonly key: string;
  session: Session;
  cancelGrace: (() => void) | undefined;
}

export class Reception {
  readonly #options: ReceptionOptions;
  readonly #budget: ByteBudget;
  readonly #guests = new Map<PartyId, Guest>();
  /** New sessions by client. */
  readonly #renewals = new Map<PartyId, RateLimit>();
  /** Oldest first. */
  readonly #pending = new Set<Connection>();
  /** What everyone is told who comes while this side takes leave. */
  #farewell: Farewell | undefined;
  /** Who is yet to be told. */
  readonly #awaited = new Set<PartyId>();
  #parted: () => void = () => {};
  #isClosed = false;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#budget = new ByteBudget(options.limits.incomingBytes);
  }

  /** Everyone with a session. */
  guests(): {
    readonly name: PartyId;
    readonly connected: boolean;
    readonly roundTrip: number | undefined;
  }[] {
    return Array.from(this.#guests.values(), ({ name, session: { connected, roundTrip } }) => ({
      ...{ name, connected, roundTrip },
    }));
  }

  /** Connections in the midst of their handshake. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Bytes set aside for messages on their way in. */
  get incomingBytes(): number {
    return this.#budget.used;
  }

  /** Somebody has connected. */
  accept(connection: Connection): void {
    if (this.#isClosed) {
      connection.close();
      return;
    }
    const buffered = new BufferedConnection(connection, HANDSHAKE_PIECES);
    this.#pending.add(buffered);
    if (this.#pending.size > this.#options.limits.pending) {
      const [oldest] = this.#pending;
      this.#pending.delete(oldest);
      oldest.close();
      const reason = "Too many connections are in the midst of their handshake; the oldest gave way.";
      this.#options.refuse(undefined, new SessionError("session.crowded", reason));
    }
    void this.#receive(buffered)
      .catch((error) => {
        buffered.close();
        if (!(error instanceof SessionError)) throw error;
        if (error.code !== "session.closed") this.#options.refuse(undefined, error);
      })
      .finally(() => this.#pending.delete(buffered));
  }

  /** Sends a frame to a client; to one without a session it is lost, and the party learns that it has left. */
  send(to: PartyId, frame: Uint8Array, address: Address = {}): void {
    this.#guests.get(to)?.session.send(frame, address);
  }

  /** Ends a client's session; its key may come back unless `admit` refuses it. */
  dismiss(client: PartyId, reason: Farewell): void {
    this.#guests.get(client)?.session.leave(reason);
  }

  /**
   * Takes leave of everyone; what was sent before goes out first. Unless this side may come back, those who are away
   * at the moment, and the `missing` ones, are told when they come. After that nobody is let in any more.
   *
   * @param seconds after which those who have not taken it are given up
   */
  async close(reason: Farewell, seconds: number, missing: Iterable<PartyId> = []): Promise<void> {
    this.#farewell = reason;
    if (reason !== "stopped") for (const name of missing) this.#awaited.add(name);
    for (const { name, session } of [...this.#guests.values()]) {
      this.#awaited.delete(name);
      session.leave(reason);
    }
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(seconds, resolve);
      this.#parted = () => {
        if (this.#guests.size + this.#awaited.size > 0) return;
        cancel();
        resolve();
      };
      this.#parted();
    });
    this.#isClosed = true;
    for (const connection of this.#pending) connection.close();
    for (const guest of [...this.#guests.values()]) this.#part(guest, "lost");
  }

  async #receive(connection: BufferedConnection): Promise<void> {
    const { clock, identity, limits } = this.#options;
    const { admitted, binding, peerKey } = await receiveClient(connection, {
      clock,
      identity,
      admit: async (claim) => {
        const name = await this.#options.admit(claim);
        const key = toBase64url(claim.key);
        const guest = this.#resumable(name, key, claim.resume);
        // It has come back in time, however long the rest of the handshake takes.
        guest?.cancelGrace?.();
        if (guest === undefined) this.#checkRenewals(name);
        const received = (await guest?.session.suspend()) ?? 0;
        const welcome: Welcome = {
          session: guest?.id ?? newSessionId(),
          ...{ name, resumed: guest !== undefined, received },
          ...{ maxMessageBytes: limits.maxMessageBytes, heartbeat: limits.heartbeat },
        };
        return { welcome, key, resume: guest && { guest, received: claim.resume!.received } };
      },
    });
    // Before anything is told: whoever has a session is not to be closed like a stranger.
    this.#pending.delete(connection);
    const { welcome, key, resume } = admitted;
    if (this.#isClosed) connection.close();
    else if (resume) {
      resume.guest.session.attach(connection, resume.received);
    } else {
      const before = this.#guests.get(welcome.name);
      if (before) this.#part(before, "lost");
      this.#seat(connection, { id: welcome.session, name: welcome.name, key }, binding, peerKey);
    }
  }

  /** Coming and going is written down: nobody may do so without end. */
  #checkRenewals(name: PartyId): void {
    let limit = this.#renewals.get(name);
    if (limit === undefined) {
      limit = new RateLimit(RENEWALS_PER_SECOND, RENEWALS_AT_ONCE);
      this.#renewals.set(name, limit);
    }
    if (limit.allow(this.#options.clock.now())) return;
    throw new SessionError("session.rate", "Too many new sessions in a short time; wait a little.");
  }

  #resumable(name: PartyId, key: string, resume: Resume | undefined): Guest | undefined {
    const guest = this.#guests.get(name);
    return guest?.id === resume?.session && guest?.key === key ? guest : undefined;
  }

  #seat(
    connection: Connection,
    who: { readonly id: string; readonly name: PartyId; readonly key: string },
    binding: Uint8Array,
    peerKey: CryptoKey,
  ): void {
    const { identity, clock, limits, deliver, refuse } = this.#options;
    const { name } = who;
    const guest: Guest = {
      ...who,
      cancelGrace: undefined,
      session: new Session({
        ...{ binding, side: "server", identity, peerKey, clock, limits, budget: this.#budget },
        deliver: (frame, { to }) => deliver(name, frame, to),
        refuse: (error) => refuse(name, error),
        lost: () => {
          guest.cancelGrace = clock.after(limits.grace, () => this.#part(guest, "lost"));
        },
        left: (reason, isTold) => this.#part(guest, reason, isTold),
      }),
    };
    this.#guests.set(name, guest);
    this.#awaited.delete(name);
    guest.session.attach(connection, 0);
    if (this.#farewell === undefined) this.#options.joined(name);
    else guest.session.leave(this.#farewell);
  }

  #part(guest: Guest, reason: Farewell | "lost", isTold = false): void {
    if (this.#guests.get(guest.name) !== guest) return;
    this.#guests.delete(guest.name);
    if (!isTold && this.#farewell !== undefined && this.#farewell !== "stopped")
      this.#awaited.add(guest.name);
    guest.cancelGrace?.();
    guest.session.close();
    this.#options.left(guest.name, reason);
    this.#parted();
  }
}

function newSessionId(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)));
}

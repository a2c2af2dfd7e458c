/**
 * The client's way to the server: it connects, shakes hands, and goes on connecting when the connection breaks, with
 * longer and longer, jittered pauses. The session goes on where it was; when the server no longer knows it (it was
 * started again, or the client was away too long), a new session begins and `renewed` is told.
 */
import { CoterieError } from "../../errors.ts";
import { formatSeconds } from "../../records/report/format.ts";
import type { Clock } from "../host/clock.ts";
import { BufferedConnection } from "./buffered-connection.ts";
import { ByteBudget } from "./byte-budget.ts";
import type { Connection } from "./connection.ts";
import { type Farewell, SessionError } from "./control.ts";
import { greetServer, type Welcome } from "./handshake.ts";
import type { Identity } from "./identity.ts";
import { type Address, Session } from "./session.ts";

export interface DialOptions {
  /** Opens a connection; rejects when the server cannot be reached. */
  readonly connect: () => Promise<Connection>;
  readonly clock: Clock;
  readonly identity: Identity;
  /** The name that the client would like. */
  readonly name?: string | undefined;
  /** Throws when the server's raw public key is not the expected one. */
  readonly expect: (key: Uint8Array) => Promise<void>;
  /** Proves that the client holds its token, over the handshake's transcript. */
  readonly prove?: ((transcript: Uint8Array) => Promise<{ id: string; proof: Uint8Array }>) | undefined;
  /** Uniform in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
  /** Seconds without a session after which the server is given up, a pause of the client's own apart. Default: never. */
  readonly patience?: number | undefined;
  /** Largest message that is taken, in bytes. */
  readonly maxMessageBytes: number;
  /** A new session has begun; nothing of an earlier one holds any more. */
  readonly renewed: (welcome: Welcome) => void;
  readonly deliver: (frame: Uint8Array, address: Address) => void;
  readonly refuse: (error: SessionError) => void;
  /** How the connection fares. */
  readonly status: (status: DialStatus) => void;
  /** It is over: the server has taken its leave for good, or refused this client. Called once. */
  readonly over: (end: { readonly reason: Farewell } | { readonly error: Error }) => void;
}

export type DialStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly resumed: boolean }
  /** `seconds` until the next attempt. */
  | { readonly kind: "waiting"; readonly seconds: number; readonly reason: string };

/**
 * First and longest pause between attempts, in seconds; each is drawn from [0, pause). Pauses grow until a connection
 * has lasted as long as the longest: a peer that lets this client in and then refuses what it sends is not to be
 * asked in a tight loop.
 */
const FIRST_PAUSE = 0.5;
const LONGEST_PAUSE = 30;
/** Pieces of the first messages that may come before the session listens. */
const FIRST_PIECES = 1024;
/** Failures that another attempt may overcome. */
const PASSING = new Set(["session.closed", "session.timeout", "session.rate", "session.internal"]);
const CONTROLS_PER_SECOND = 20_000;

export class Dial {
  readonly #options: DialOptions;
  readonly #budget: ByteBudget;
  #session: Session | undefined;
  #id: string | undefined;
  /** The newest attempt; what an older one comes to does not count. */
  #attempts = 0;
  #failures = 0;
  #connectedAt: number | undefined;
  #isOver = false;
  #cancelPause: (() => void) | undefined;
  /** When the server is given up; undefined while there is no need to look for it. */
  #givesUpAt: number | undefined;
  /** Seconds until it comes back, once it has taken leave for a while. */
  #comesBackAfter: number | undefined;

  constructor(options: DialOptions) {
    this.#options = options;
    this.#budget = new ByteBudget(options.maxMessageBytes);
  }

  start(): void {
    this.#lookFor();
    void this.#attempt();
  }

  /** Sends a frame to the server, or to other clients through it; without a session it is lost. */
  send(frame: Uint8Array, address: Address = {}): void {
    this.#session?.send(frame, address);
  }

  /** Leaves in an orderly way; `over` is told. */
  leave(): void {
    this.#comesBackAfter = undefined;
    if (this.#session) this.#session.leave("left");
    else this.#finish({ reason: "left" });
  }

  /** Breaks the connection, where there is one, as a bad network would; it is built up again, after `seconds` if given. */
  async interrupt(seconds?: number): Promise<void> {
    if (!this.#session?.connected) return;
    await this.#session.suspend();
    this.#pause("The connection was interrupted.", seconds);
  }

  /** Takes leave of the server, and comes back after `seconds` for a new session. */
  comeBack(seconds: number): void {
    if (this.#session === undefined) return;
    this.#comesBackAfter = seconds;
    this.#session.leave("left");
  }

  async #attempt(): Promise<void> {
    const { connect, clock, identity, name, expect, prove, status } = this.#options;
    const attempt = ++this.#attempts;
    const isStale = () => this.#isOver || attempt !== this.#attempts;
    status({ kind: "connecting" });
    let connection: BufferedConnection | undefined;
    try {
      connection = new BufferedConnection(await connect(), FIRST_PIECES);
      if (isStale()) {
        connection.close();
        return;
      }
      const received = await this.#session?.suspend();
      const resume = received === undefined ? undefined : { session: this.#id!, received };
      const greeted = await greetServer(connection, {
        ...{ clock, identity, name, resume, expect },
        ...(prove && { prove }),
      });
      if (isStale()) {
        connection.close();
        return;
      }
      this.#cancelPause?.();
      this.#connectedAt = clock.now();
      this.#givesUpAt = undefined;
      status({ kind: "connected", resumed: greeted.welcome.resumed });
      if (!greeted.welcome.resumed) this.#renew(greeted);
      this.#session!.attach(connection, greeted.welcome.received);
    } catch (error) {
      connection?.close();
      if (isStale()) return;
      const isFinal = error instanceof CoterieError && !PASSING.has(error.code);
      if (isFinal) this.#finish({ error });
      else this.#pause(error instanceof Error ? error.message : String(error));
    }
  }

  #renew(greeted: { welcome: Welcome; binding: Uint8Array; peerKey: CryptoKey }): void {
    const { clock, identity, maxMessageBytes, deliver, refuse, renewed } = this.#options;
    const { welcome, binding, peerKey } = greeted;
    this.#session?.close();
    this.#id = welcome.session;
    const limits = { maxMessageBytes, heartbeat: welcome.heartbeat, controlsPerSecond: CONTROLS_PER_SECOND };
    this.#session = new Session({
      ...{ binding, side: "client", identity, peerKey, clock, limits, budget: this.#budget },
      ...{ deliver, refuse },
      lost: () => this.#pause("The connection was lost."),
      left: (reason) => this.#left(reason),
    });
    renewed(welcome);
  }

  #left(reason: Farewell): void {
    this.#session = undefined;
    const seconds = this.#comesBackAfter;
    this.#comesBackAfter = undefined;
    // A server that was stopped may come back.
    if (reason === "stopped") this.#pause("The server has stopped.");
    else if (reason === "left" && seconds !== undefined) this.#pause("The client left for a while.", seconds);
    else this.#finish({ reason });
  }

  /** @param seconds of a pause that this side wants; the server is not looked for meanwhile */
  #pause(reason: string, seconds?: number): void {
    if (this.#isOver) return;
    if (seconds !== undefined || this.#givesUpAt === undefined) this.#lookFor(seconds);
    const { clock, status, patience } = this.#options;
    const left = this.#givesUpAt! - clock.now();
    if (left <= 0) {
      const sentence = `The server could not be reached for ${formatSeconds(patience!)} (${reason.replace(/\.$/, "")}); ask its operator whether the run goes on, and join again.`;
      this.#finish({ error: new SessionError("session.unreachable", sentence) });
      return;
    }
    const pause = seconds ?? Math.min(this.#nextPause(), left);
    status({ kind: "waiting", seconds: pause, reason });
    this.#cancelPause?.();
    this.#cancelPause = clock.after(pause, () => void this.#attempt());
  }

  /** From now on, or after some seconds, patience runs out. */
  #lookFor(after = 0): void {
    const { clock, patience = Number.POSITIVE_INFINITY } = this.#options;
    this.#givesUpAt = clock.now() + after + patience;
  }

  #nextPause(): number {
    const { clock, random } = this.#options;
    if (this.#connectedAt !== undefined && clock.now() - this.#connectedAt >= LONGEST_PAUSE)
      this.#failures = 0;
    this.#connectedAt = undefined;
    const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    return most * random();
  }

  #finish(end: { readonly reason: Farewell } | { readonly error: Error }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelPause?.();
    this.#session?.close();
    this.#options.over(end);
  }
}

/** A message on its way in: its announcement, and as much of its bytes as has come. */
import type { ByteBudget, Reservation } from "./byte-budget.ts";
import { SessionError } from "./control.ts";
import { FrameDigest } from "./frame-digest.ts";

export interface Announcement {
  readonly sequence: number;
  /** Length of the frame. */
  readonly bytes: number;
  /** Other clients that the server is to pass it on to. */
  readonly to?: readonly string[] | undefined;
  /** Who it is from, when the server passes it on. */
  readonly from?: string | undefined;
}

/** Seconds until a transfer must have got going, and bytes a second that it must keep up from then on. */
const PATIENCE = 30;
const SLOWEST = 4096;
const SLOWEST_CONTENDED = 65_536;

export class IncomingMessage {
  readonly announcement: Announcement;
  #reservation: Reservation | undefined;
  #frame: Uint8Array | undefined;
  #digest: FrameDigest | undefined;
  #filled = 0;
  /** When the bytes were asked for; undefined while they are not. */
  #since: number | undefined;
  #from = 0;

  constructor(announcement: Announcement) {
    this.announcement = announcement;
  }

  get filled(): number {
    return this.#filled;
  }

  get whole(): boolean {
    return this.#filled === this.announcement.bytes;
  }

  /** The frame's memory; all of it once the message is whole. */
  get frame(): Uint8Array {
    return this.#frame!;
  }

  /** Takes bytes from now on, without a place in the budget. */
  accept(now: number): void {
    this.#frame ??= new Uint8Array(this.announcement.bytes);
    this.#digest ??= new FrameDigest(this.#frame);
    this.#since = now;
    this.#from = this.#filled;
  }

  /** Takes bytes once the budget has room for them; `granted` is told from which byte on. */
  reserve(budget: ByteBudget, now: () => number, granted: (offset: number) => void): void {
    const accept = () => {
      this.accept(now());
      granted(this.#filled);
    };
    if (this.#reservation === undefined) {
      this.#reservation = budget.reserve(this.announcement.bytes, accept);
    } else {
      this.#reservation.unpark();
      accept();
    }
  }

  /** @throws SessionError `session.order` for bytes that nobody asked for, and for none */
  add(bytes: Uint8Array): void {
    const isFitting = bytes.length > 0 && this.#filled + bytes.length <= this.announcement.bytes;
    if (this.#since === undefined || !isFitting) {
      throw new SessionError("session.order", "Bytes came that belong to no message.");
    }
    this.#frame!.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#digest!.advance(this.#filled);
  }

  /**
   * Whether the peer sends so slowly, the signature included, that it only keeps the memory occupied.
   *
   * @param isContended whether others wait for it: then all has to come at a speed that phones reach
   */
  isStalled(now: number, isContended: boolean): boolean {
    if (this.#since === undefined) return false;
    const passed = now - this.#since - PATIENCE;
    if (isContended || this.whole) return passed * SLOWEST_CONTENDED > this.announcement.bytes - this.#from;
    return this.#filled - this.#from < passed * SLOWEST;
  }

  digest(): Promise<Uint8Array> {
    return this.#digest!.finish();
  }

  /**
   * The connection broke: keeps what has come until somebody needs the memory.
   *
   * @returns false when nothing is kept
   */
  park(): boolean {
    this.#since = undefined;
    if (this.#filled === 0 || this.#reservation === undefined) {
      this.release();
      return false;
    }
    this.#reservation.park(() => {
      this.#reservation = undefined;
      this.#frame = undefined;
      this.#digest = undefined;
      this.#filled = 0;
    });
    return true;
  }

  /** Gives its place in the budget back. */
  release(): void {
    this.#reservation?.release();
    this.#reservation = undefined;
  }
}

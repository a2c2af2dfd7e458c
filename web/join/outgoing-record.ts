/**
 * The record of what leaves besides the messages of the run: the handshake as a line of its own, and the count of all
 * bytes, so that nothing goes out unseen.
 */
import { parseControl } from "../../src/runtime/session/control.ts";
import type { Outgoing } from "./browser-connection.ts";
import type { FromWorker } from "./worker-protocol.ts";

/** Milliseconds between two counts for the page. */
const CALM = 100;

export class OutgoingRecord implements Outgoing {
  readonly #tell: (message: FromWorker) => void;
  #total = 0;
  /** What was said in the handshake that is in progress, and its bytes. */
  #handshake: { readonly body: Record<string, unknown>; readonly bytes: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text).length;
    this.#count(bytes);
    if (this.#handshake === undefined) return;
    const control = parseControl(text);
    if (control.kind !== "handshake") return;
    const { step: _, ...said } = JSON.parse(control.body);
    this.#handshake = {
      body: { ...this.#handshake.body, ...said },
      bytes: this.#handshake.bytes + bytes,
    };
  }

  bytes({ length }: Uint8Array): void {
    this.#count(length);
  }

  handshakeBegins(): void {
    this.#handshake = { body: {}, bytes: 0 };
  }

  /** Well or not: what was said is said. */
  handshakeEnds(): void {
    if (this.#handshake === undefined) return;
    const { body, bytes } = this.#handshake;
    this.#handshake = undefined;
    if (bytes === 0) return;
    const sent = { wall: Date.now(), to: ["server"], bytes, protection: [] };
    this.#tell({ kind: "sent", message: { ...sent, kind: "handshake", round: 0, body, tensors: [] } });
  }

  /** Tells the count as it is now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell({ kind: "wire", bytes: this.#total });
  }

  #count(bytes: number): void {
    this.#total += bytes;
    this.#timer ??= setTimeout(() => this.flush(), CALM);
  }
}

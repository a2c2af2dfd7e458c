/**
 * A session whose peer is played by hand: it says anything, in any order, truly signed or not. What the signatures
 * cover is written down here a second time, from the description.
 */
import { createHash } from "node:crypto";
import { toBase64url } from "../base64url.ts";
import { ByteBudget } from "../byte-budget.ts";
import type { Control, Farewell, SessionError } from "../control.ts";
import { createIdentity, type Identity, importPublicKey } from "../identity.ts";
import { type Address, Session, type SessionLimits } from "../session.ts";
import { HandClock } from "./hand-clock.ts";
import { happenings } from "./happenings.ts";
import { type MemoryConnection, memoryConnections, type Piece } from "./memory-connection.ts";

export type Side = "client" | "server";

const MIB = 2 ** 20;
export const LIMITS: SessionLimits = { maxMessageBytes: 4 * MIB, heartbeat: 10, controlsPerSecond: 100 };

export interface PlayedOptions {
  /** Which side the session is; the peer is the other. */
  readonly side?: Side;
  readonly limits?: Partial<SessionLimits>;
  readonly budget?: ByteBudget;
  /** Both sides' key is the same: a message of the session itself is then as well signed as one of the peer. */
  readonly sameKey?: boolean;
}

export async function playSession(options: PlayedOptions = {}) {
  const { side = "server", limits = {}, budget = new ByteBudget(16 * MIB), sameKey = false } = options;
  const identity = await createIdentity();
  const peerIdentity = sameKey ? identity : await createIdentity();
  const binding = crypto.getRandomValues(new Uint8Array(32));
  const clock = new HandClock();
  const { tell, until } = happenings();
  const delivered: { readonly frame: Uint8Array; readonly address: Address }[] = [];
  const refused: SessionError[] = [];
  const left: Farewell[] = [];
  const state = { lost: 0 };
  const session = new Session({
    ...{ binding, side, identity, peerKey: await importPublicKey(peerIdentity.publicKey), clock, budget },
    limits: { ...LIMITS, ...limits },
    deliver(frame, address) {
      delivered.push({ frame, address });
      tell();
    },
    refuse(error) {
      refused.push(error);
      tell();
    },
    lost() {
      state.lost++;
      tell();
    },
    left(reason) {
      left.push(reason);
      tell();
    },
  });
  const signer = { identity: peerIdentity, binding, side: side === "server" ? "client" : "server" } as const;
  /** Another connection, with a peer that has been delivered so many messages. */
  const connect = (peerReceived = 0): PlayedPeer => {
    const [near, far] = memoryConnections();
    session.attach(near, peerReceived);
    return new PlayedPeer(near, far, signer, tell);
  };
  return { session, connect, clock, budget, delivered, refused, left, state, until, binding, identity };
}

export interface Signer {
  readonly identity: Identity;
  readonly binding: Uint8Array;
  readonly side: Side;
}

/** What a played peer claims about a message; fields that are not given are as they should be. */
export interface Lie extends Partial<Signer> {
  /** Signed in place of what is sent. */
  readonly sequence?: number;
  readonly frame?: Uint8Array;
  readonly to?: readonly string[] | undefined;
  readonly from?: string | undefined;
}

export class PlayedPeer {
  /** Controls and bytes that the session has sent on this connection. */
  readonly heard: (Control | Uint8Array)[] = [];
  readonly #near: MemoryConnection;
  readonly #signer: Signer;
  closed = false;

  constructor(near: MemoryConnection, far: MemoryConnection, signer: Signer, tell: () => void) {
    this.#near = near;
    this.#signer = signer;
    const hear = (piece: Control | Uint8Array) => {
      this.heard.push(piece);
      tell();
    };
    far.listen({
      text: (text) => hear(JSON.parse(text) as Control),
      bytes: hear,
      closed: () => {
        this.closed = true;
        tell();
      },
    });
  }

  /** Controls of one kind that the session has sent. */
  told<Kind extends Control["kind"]>(kind: Kind): Extract<Control, { kind: Kind }>[] {
    return this.heard.filter(
      (piece): piece is Extract<Control, { kind: Kind }> =>
        !(piece instanceof Uint8Array) && piece.kind === kind,
    );
  }

  /** Bytes of frames that the session has sent. */
  get bytesHeard(): number {
    return this.heard.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : 0), 0);
  }

  /** Arrives at once. */
  say(control: object): void {
    this.#near.arrive(JSON.stringify(control));
  }

  send(piece: Piece): void {
    this.#near.arrive(piece);
  }

  /** The connection breaks. */
  hangUp(forGood = false): void {
    this.#near.close(forGood);
  }

  async sign(sequence: number, frame: Uint8Array, address: Address = {}, lie: Lie = {}): Promise<string> {
    const told = { sequence, frame, ...address, ...this.#signer, ...lie };
    const { side, to = null, from = null, binding, identity } = told;
    const fields = ["coterie message 1", side, told.sequence, told.frame.length, to, from];
    const signed = Buffer.concat([Buffer.from(JSON.stringify(fields)), binding, digestOf(told.frame)]);
    return toBase64url(await identity.sign(new Uint8Array(signed)));
  }

  /** A small message: announced with its signature, then its bytes. */
  async small(sequence: number, frame: Uint8Array, address: Address = {}, lie: Lie = {}): Promise<void> {
    const signature = await this.sign(sequence, frame, address, lie);
    this.say({ kind: "message", sequence, bytes: frame.length, ...address, signature });
    this.send(frame);
  }

  /** Announces a large message; it is to wait for the grant. */
  announce(sequence: number, bytes: number, address: Address = {}): void {
    this.say({ kind: "message", sequence, bytes, ...address });
  }
}

function digestOf(frame: Uint8Array): Buffer {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
  if (frame.length <= MIB) return sha256(frame);
  const count = Math.ceil(frame.length / MIB);
  return sha256(
    Buffer.concat(Array.from({ length: count }, (_, i) => sha256(frame.subarray(i * MIB, (i + 1) * MIB)))),
  );
}

/** Bytes that tell where they belong. */
export function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7 + (i >> 8)) % 251);
}

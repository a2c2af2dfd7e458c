/**
 * Hostile frames by the thousand: true ones that are damaged, cut, spliced, repeated, dropped and swapped. What comes
 * of them is counted by the code of its refusal; anything that is not a refusal, or is believed although nobody said
 * it, is an error.
 */
import { SimulationRandom } from "../../../numeric/random.ts";
import type { Message } from "../../message.ts";
import { decodeMessage, encodeMessage } from "../../wire/frame.ts";
import { FrameError } from "../../wire/frame-error.ts";
import { bytesOf, type PlayedPeer, playSession } from "./played-session.ts";

export type Tally = Map<string, number>;

function count(tally: Tally, code: string): void {
  tally.set(code, (tally.get(code) ?? 0) + 1);
}

/** Damages bytes in one to three places; the answer is a copy. */
function damage(bytes: Uint8Array, other: Uint8Array, random: SimulationRandom): Uint8Array {
  let damaged = bytes.slice();
  for (let times = 1 + random.integer(3); times > 0 && damaged.length > 0; times--) {
    const at = random.integer(damaged.length);
    switch (random.integer(5)) {
      case 0:
        damaged[at] ^= 1 << random.integer(8);
        break;
      case 1:
        damaged[at] = random.integer(256);
        break;
      case 2:
        damaged = damaged.slice(0, at);
        break;
      case 3:
        damaged = Uint8Array.of(...damaged, ...other.subarray(0, random.integer(64)));
        break;
      default:
        damaged.set(other.subarray(0, Math.min(other.length, damaged.length - at)), at);
    }
  }
  return damaged;
}

const FRAMES: readonly Message[] = [
  { kind: "round", round: 3, body: { attempt: 1, evaluate: false, plan: null } },
  {
    kind: "plain/update",
    round: 3,
    body: { attempt: 1, examples: 60 },
    tensors: { update: new Float32Array(40) },
  },
  { kind: "close", round: 2 ** 40, body: { attempt: 2, accepted: true } },
  { kind: "x", round: 0, tensors: { a: Uint32Array.of(1, 2), b: new Uint8Array(9), c: Int32Array.of(-1) } },
];

/**
 * Decodes so many damaged frames.
 *
 * @throws whatever else than a FrameError the codec throws
 */
export function fuzzFrames(seed: number, frames: number): Tally {
  const random = SimulationRandom.fromSeed(seed);
  const whole = FRAMES.map((message) => encodeMessage(message));
  const tally: Tally = new Map();
  for (let i = 0; i < frames; i++) {
    const [frame, other] = [whole[random.integer(whole.length)], whole[random.integer(whole.length)]];
    try {
      decodeMessage(damage(frame, other, random), { maxBytes: 4096 });
      count(tally, "decoded");
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      count(tally, error.code);
    }
  }
  return tally;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Plays a conversation of a few true messages, with its pieces damaged, dropped, doubled, swapped, or from another
 * session.
 *
 * @returns how many pieces were sent, and what was refused
 * @throws Error when something is delivered that was not sent, or twice, or out of order
 */
export async function fuzzSession(seed: number): Promise<{ readonly pieces: number; readonly tally: Tally }> {
  const random = SimulationRandom.fromSeed(seed);
  const played = await playSession();
  const foreign = await playSession();
  const frames = [1, 2, 3].map((k) => bytesOf(10 + random.integer(200), k));
  const [own, alien] = [
    await conversation(played.connect(), frames),
    await conversation(foreign.connect(), frames),
  ];
  let pieces = own.flatMap((piece, i): (string | Uint8Array)[] => {
    switch (random.integer(12)) {
      case 0:
        return [];
      case 1:
        return [piece, piece];
      case 2:
        return [alien[i]];
      case 3:
        return [damagePiece(piece, alien[random.integer(alien.length)], random)];
      default:
        return [piece];
    }
  });
  if (random.integer(4) === 0) pieces = [...random.shuffle(pieces)];
  const peer: PlayedPeer = played.connect();
  for (const piece of pieces) peer.send(piece);
  // The session's own queue: once it is settled, all that came has been judged.
  await played.session.suspend();
  const told = played.delivered.map(({ frame }) => Buffer.from(frame).toString("hex"));
  const sent = frames.map((frame) => Buffer.from(frame).toString("hex"));
  if (told.some((frame, i) => frame !== sent[i]))
    throw new Error(`seed ${seed}: delivered what was not sent`);
  played.session.close();
  if (played.budget.used !== 0) throw new Error(`seed ${seed}: memory stays set aside`);
  const tally: Tally = new Map();
  for (const { code } of played.refused) {
    if (!code.startsWith("session.")) throw new Error(`seed ${seed}: refused with ${code}`);
    count(tally, code);
  }
  return { pieces: pieces.length, tally };
}

/** The pieces of a true conversation; nothing of it is sent. */
async function conversation(
  peer: PlayedPeer,
  frames: readonly Uint8Array[],
): Promise<(string | Uint8Array)[]> {
  const pieces: (string | Uint8Array)[] = [];
  for (const [i, frame] of frames.entries()) {
    const sequence = i + 1;
    const signature = await peer.sign(sequence, frame);
    pieces.push(JSON.stringify({ kind: "message", sequence, bytes: frame.length, signature }), frame);
    pieces.push(JSON.stringify({ kind: "ping", id: i }));
  }
  return pieces;
}

function damagePiece(
  piece: string | Uint8Array,
  other: string | Uint8Array,
  random: SimulationRandom,
): string | Uint8Array {
  const bytes = (of: string | Uint8Array) => (typeof of === "string" ? encoder.encode(of) : of);
  const damaged = damage(bytes(piece), bytes(other), random);
  return typeof piece === "string" ? decoder.decode(damaged) : damaged;
}

/** Adds a tally to another. */
export function addTally(to: Tally, from: Tally): void {
  for (const [code, times] of from) to.set(code, (to.get(code) ?? 0) + times);
}

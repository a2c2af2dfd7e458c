/**
 * Hostile frames by the thousand: true ones that are damaged, cut, spliced, repeated, dropped and swapped. What comes
 * of them is counted by the code of its refusal; anything that is not a refusal, or is believed although nobody said
 * it, is an error.
 */
import { SimulationRandom } from "../../../numeric/random.ts";
import type { Message } from "../../message.ts";
import { decodeMessage, encodeMessage } from "../../wire/frame.ts";
import { FrameError } from "../../wire/frame-error.ts";
import { type Control, formatControl, parseControl, SessionError } from "../control.ts";
import { count, damage, damagePiece, type Tally } from "./damage.ts";
import type { Piece } from "./memory-connection.ts";
import { bytesOf, type PlayedPeer, playSession } from "./played-session.ts";

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
 * Decodes so many damaged frames. What is decoded all the same has to be a message like any other.
 *
 * @throws whatever else than a FrameError the codec throws
 */
export function fuzzFrames(seed: number, frames: number): Tally {
  const random = SimulationRandom.fromSeed(seed);
  const whole = FRAMES.map((message) => encodeMessage(message));
  const tally: Tally = new Map();
  for (let i = 0; i < frames; i++) {
    const [frame, other] = [whole[random.integer(whole.length)], whole[random.integer(whole.length)]];
    let message: Message;
    try {
      message = decodeMessage(damage(frame, other, random), { maxBytes: 4096 });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      count(tally, error.code);
      continue;
    }
    encodeMessage(message);
    count(tally, "decoded");
  }
  return tally;
}

const SIGNATURE = "A".repeat(86);
const CONTROLS: readonly Control[] = [
  { kind: "handshake", body: '{"step":"hello","version":1}', signature: SIGNATURE },
  { kind: "message", sequence: 17, bytes: 1000, to: ["ann", "bob"], from: "cyd", signature: SIGNATURE },
  { kind: "grant", sequence: 3, offset: 70_000 },
  { kind: "signed", sequence: 3, signature: SIGNATURE },
  { kind: "ack", sequence: 2 },
  { kind: "ping", id: 9 },
  { kind: "refused", code: "session.size", reason: "A message of 5 bytes is more than the limit of 4." },
  { kind: "bye", reason: "finished" },
];

/**
 * Parses so many damaged control messages.
 *
 * @throws whatever else than `session.control` the parser throws, and Error for what it lets through and is not itself
 * a control message
 */
export function fuzzControls(seed: number, controls: number): Tally {
  const random = SimulationRandom.fromSeed(seed);
  const whole = CONTROLS.map(formatControl);
  const tally: Tally = new Map();
  for (let i = 0; i < controls; i++) {
    const [text, other] = [whole[random.integer(whole.length)], whole[random.integer(whole.length)]];
    let control: Control;
    try {
      control = parseControl(damagePiece(text, other, random) as string);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      count(tally, error.code);
      continue;
    }
    const again = formatControl(parseControl(formatControl(control)));
    if (again !== formatControl(control))
      throw new Error(`seed ${seed}: ${again} was understood in two ways`);
    count(tally, "parsed");
  }
  return tally;
}

const LARGE_BYTES = 70_000;

/**
 * Plays the peer's part of a conversation, of small and large messages both ways, with its pieces damaged, dropped,
 * doubled, swapped, or from another session.
 *
 * @returns how many pieces were sent, and what was refused
 * @throws Error when something is delivered that was not sent, or twice, or out of order, or when memory stays set
 * aside
 */
export async function fuzzSession(seed: number): Promise<{ readonly pieces: number; readonly tally: Tally }> {
  const random = SimulationRandom.fromSeed(seed);
  const played = await playSession();
  const foreign = await playSession();
  const frames = [1, 2, 3].map((k) => bytesOf(10 + random.integer(200), k));
  if (random.integer(4) === 0) frames.push(bytesOf(LARGE_BYTES, 4));
  const [own, alien] = [
    await conversation(played.connect(), frames),
    await conversation(foreign.connect(), frames),
  ];
  let pieces = own.flatMap((piece, i): Piece[] => {
    switch (random.integer(16)) {
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
  if (random.integer(8) === 0) pieces = [...random.shuffle(pieces)];
  const peer = played.connect();
  // What the session says itself is answered to by the conversation.
  played.session.send(bytesOf(10, 1));
  played.session.send(bytesOf(LARGE_BYTES, 2));
  for (const piece of pieces) peer.send(piece);
  // The session's own queue: once it is settled, all that came has been judged.
  await played.session.suspend();
  for (const [i, { frame }] of played.delivered.entries()) {
    if (frames[i] === undefined || Buffer.compare(frame, frames[i]) !== 0)
      throw new Error(`seed ${seed}: delivered what was not sent`);
  }
  played.session.close();
  foreign.session.close();
  if (played.budget.used !== 0) throw new Error(`seed ${seed}: memory stays set aside`);
  if (played.clock.waiting !== 0) throw new Error(`seed ${seed}: a timer is left`);
  const tally: Tally = new Map();
  for (const { code } of played.refused) {
    if (!code.startsWith("session.")) throw new Error(`seed ${seed}: refused with ${code}`);
    count(tally, code);
  }
  count(tally, `${played.delivered.length} of ${frames.length} delivered`);
  return { pieces: pieces.length, tally };
}

/** The pieces of a true conversation; nothing of it is sent. */
async function conversation(peer: PlayedPeer, frames: readonly Uint8Array[]): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const [i, frame] of frames.entries()) {
    const sequence = i + 1;
    const signature = await peer.sign(sequence, frame);
    const announcement = { kind: "message", sequence, bytes: frame.length };
    if (frame.length < LARGE_BYTES) pieces.push(JSON.stringify({ ...announcement, signature }), frame);
    else {
      pieces.push(JSON.stringify(announcement), frame.subarray(0, 65_536), frame.subarray(65_536));
      pieces.push(JSON.stringify({ kind: "signed", sequence, signature }));
    }
    pieces.push(JSON.stringify({ kind: "ping", id: i }));
  }
  pieces.push('{"kind":"ack","sequence":1}', '{"kind":"grant","sequence":2,"offset":0}');
  return pieces;
}

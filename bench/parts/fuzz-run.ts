/** Damaged frames, control messages and conversations; runs in a child process of `bench/fuzz.ts`. */
import { addTally, type Tally } from "../../src/runtime/session/testing/damage.ts";
import { fuzzControls, fuzzFrames, fuzzSession } from "../../src/runtime/session/testing/fuzz.ts";
import { fuzzReception } from "../../src/runtime/session/testing/fuzz-reception.ts";
import { answer } from "./child.ts";

export interface FuzzCase {
  readonly seed: number;
  readonly frames: number;
  readonly controls: number;
  readonly sessions: number;
  readonly receptions: number;
}

export interface FuzzResult {
  readonly framesPerSecond: number;
  readonly controlsPerSecond: number;
  /** Of conversations. */
  readonly pieces: number;
  readonly piecesPerSecond: number;
  /** Codes and how often; others than codes say what was taken. */
  readonly tally: readonly (readonly [code: string, times: number])[];
}

await answer<FuzzCase, FuzzResult>(async ({ seed, frames, controls, sessions, receptions }) => {
  const tally: Tally = new Map();
  const framesBegan = performance.now();
  addTally(tally, fuzzFrames(seed, frames));
  const controlsBegan = performance.now();
  addTally(tally, fuzzControls(seed, controls));
  const conversationsBegan = performance.now();
  let pieces = 0;
  const add = (result: { readonly pieces: number; readonly tally: Tally }) => {
    pieces += result.pieces;
    addTally(tally, result.tally);
  };
  for (let i = 0; i < sessions; i++) add(await fuzzSession(seed + i));
  for (let i = 0; i < receptions; i++) add(await fuzzReception(seed + i));
  const end = performance.now();
  return {
    framesPerSecond: (frames / (controlsBegan - framesBegan)) * 1000,
    controlsPerSecond: (controls / (conversationsBegan - controlsBegan)) * 1000,
    pieces,
    piecesPerSecond: (pieces / (end - conversationsBegan)) * 1000,
    tally: [...tally].sort(([, a], [, b]) => b - a),
  };
});

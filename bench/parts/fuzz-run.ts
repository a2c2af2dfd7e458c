/** Damaged frames and conversations; runs in a child process of `bench/fuzz.ts`. */
import { addTally, fuzzFrames, fuzzSession, type Tally } from "../../src/runtime/session/testing/fuzz.ts";
import { answer } from "./child.ts";

export interface FuzzCase {
  readonly seed: number;
  readonly frames: number;
  readonly sessions: number;
}

export interface FuzzResult {
  readonly framesPerSecond: number;
  readonly pieces: number;
  readonly piecesPerSecond: number;
  /** Codes and how often; `decoded` counts frames that were as good as before. */
  readonly refused: readonly (readonly [code: string, times: number])[];
}

await answer<FuzzCase, FuzzResult>(async ({ seed, frames, sessions }) => {
  const begin = performance.now();
  const tally: Tally = fuzzFrames(seed, frames);
  const between = performance.now();
  let pieces = 0;
  for (let i = 0; i < sessions; i++) {
    const result = await fuzzSession(seed + i);
    pieces += result.pieces;
    addTally(tally, result.tally);
  }
  const end = performance.now();
  return {
    framesPerSecond: (frames / (between - begin)) * 1000,
    pieces,
    piecesPerSecond: (pieces / (end - between)) * 1000,
    refused: [...tally].sort(([, a], [, b]) => b - a),
  };
});

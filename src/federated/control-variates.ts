import { addScaled } from "./add-scaled.ts";

/**
 * The client half of SCAFFOLD (Karimireddy et al. 2020, Algorithm 1, option II). Vectors have length d.
 *
 * @returns `update` of length 2d, [dy, dc], and the client's next control variate
 *   c_k' = c_k - c + (x - y) / (steps * rate)
 */
export function scaffoldUpdate(round: {
  /** y - x, what local training moved. */
  readonly moved: Float32Array;
  /** c, sent by the server. */
  readonly serverControl: Float32Array;
  /** c_k, zero before the client's first round. */
  readonly clientControl: Float32Array;
  readonly steps: number;
  readonly rate: number;
}): { update: Float32Array; clientControl: Float32Array } {
  const { moved, serverControl, clientControl, steps, rate } = round;
  const d = moved.length;
  const next = clientControl.slice();
  const update = new Float32Array(2 * d);
  update.set(moved);
  for (let i = 0; i < d; i++) {
    next[i] = clientControl[i] - serverControl[i] - moved[i] / (steps * rate);
    update[d + i] = next[i] - clientControl[i];
  }
  return { update, clientControl: next };
}

/** The gradient correction c - c_k of SCAFFOLD's local step. */
export function scaffoldCorrection(serverControl: Float32Array, clientControl: Float32Array): Float32Array {
  return addScaled(serverControl, clientControl, -1);
}

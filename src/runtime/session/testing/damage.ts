import type { SimulationRandom } from "../../../numeric/random.ts";
import type { MemoryConnection, Piece } from "./memory-connection.ts";

export type Tally = Map<string, number>;

export function count(tally: Tally, code: string): void {
  tally.set(code, (tally.get(code) ?? 0) + 1);
}

/** Adds a tally to another. */
export function addTally(to: Tally, from: Tally): void {
  for (const [code, times] of from) to.set(code, (to.get(code) ?? 0) + times);
}

/** Damages bytes in one to three places; the answer is a copy. */
export function damage(bytes: Uint8Array, other: Uint8Array, random: SimulationRandom): Uint8Array {
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
        damaged = new Uint8Array([...damaged.subarray(0, 4096), ...other.subarray(0, random.integer(64))]);
        break;
      default:
        damaged.set(other.subarray(0, Math.min(other.length, damaged.length - at)), at);
    }
  }
  return damaged;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A damaged text is still a text, and damaged bytes are bytes. */
export function damagePiece(piece: Piece, other: Piece, random: SimulationRandom): Piece {
  const bytes = (of: Piece) => (typeof of === "string" ? encoder.encode(of) : of);
  const damaged = damage(bytes(piece), bytes(other), random);
  return typeof piece === "string" ? decoder.decode(damaged) : damaged;
}

/**
 * Somebody on the line, who drops, doubles, swaps, damages and replaces what one end of a pipe sends.
 *
 * @param seen everything that was ever said on lines like this; grows
 * @param isAtWork asked for every piece
 */
export function tamperWith(
  end: MemoryConnection,
  random: SimulationRandom,
  seen: Piece[],
  isAtWork: () => boolean,
): void {
  let held: Piece | undefined;
  const later = (piece: Piece) => queueMicrotask(() => end.peer!.arrive(piece));
  end.tamper = (piece) => {
    seen.push(piece);
    const before = held;
    held = undefined;
    // Behind the piece in hand, which goes next.
    if (before !== undefined) queueMicrotask(() => later(before));
    if (!isAtWork()) return piece;
    const other = seen[random.integer(seen.length)];
    switch (random.integer(5)) {
      case 0:
        return undefined;
      case 1:
        later(piece);
        return piece;
      case 2:
        held = piece;
        return undefined;
      case 3:
        return other;
      default:
        return damagePiece(piece, other, random);
    }
  };
}

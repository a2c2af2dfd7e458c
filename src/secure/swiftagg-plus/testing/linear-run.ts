/**
 * A round of SwiftAgg+ as linear algebra, over any prime field: every message as a combination of all contributions and
 * all noise, one symbol each. It goes by the layout that the protocol goes by; who sends what is written anew here.
 * Inputs are numbered place * K + piece, noise place * T + piece.
 */
import type { Matrix, PrimeField } from "../../testing/gf.ts";
import { groupsInOrder, type Layout, membersOf, nextOf, previousOf, seatOf, sendersOf } from "../layout.ts";

export interface LinearMessage {
  readonly kind: "share" | "partial" | "final";
  /** Places; undefined: the server. */
  readonly from: number;
  readonly to: number | undefined;
  readonly inputs: readonly number[];
  readonly noise: readonly number[];
}

/**
 * @param code G x (K + T): what member j gets of a sender's pieces
 * @param included places that are summed; all share
 * @param dead sequences that stay silent
 */
export function linearRun(
  field: PrimeField,
  layout: Layout,
  code: Matrix,
  included: readonly number[],
  dead: readonly number[] = [],
): LinearMessage[] {
  const { participants, parts, needed } = layout;
  const colluders = needed - parts;
  const messages: LinearMessage[] = [];
  const add = (a: readonly number[], b: readonly number[]) => a.map((x, i) => field.reduce(x + b[i]));
  const zero = {
    inputs: Array(participants * parts).fill(0),
    noise: Array(participants * colluders).fill(0),
  };
  const shareOf = (sender: number, member: number) => {
    const inputs = [...zero.inputs];
    const noise = [...zero.noise];
    for (const [i, entry] of code[member].entries()) {
      if (i < parts) inputs[sender * parts + i] = entry;
      else noise[sender * colluders + i - parts] = entry;
    }
    return { inputs, noise };
  };
  for (let sender = 0; sender < participants; sender++) {
    for (const [j, to] of membersOf(layout, seatOf(layout, sender).group).entries()) {
      if (to !== sender) messages.push({ kind: "share", from: sender, to, ...shareOf(sender, j) });
    }
  }
  for (const group of groupsInOrder(layout)) {
    for (const [j, from] of membersOf(layout, group).entries()) {
      if (dead.includes(j)) continue;
      const shares = sendersOf(layout, group)
        .filter((place) => included.includes(place))
        .map((place) => shareOf(place, j));
      const before = messages.filter(({ kind, to }) => kind === "partial" && to === from);
      if (before.length !== previousOf(layout, group).length) throw new Error("A sum is missing.");
      const sum = [...shares, ...before].reduce(
        (a, b) => ({ inputs: add(a.inputs, b.inputs), noise: add(a.noise, b.noise) }),
        zero,
      );
      const next = nextOf(layout, group);
      const to = next === undefined ? undefined : membersOf(layout, next)[j];
      messages.push({ kind: to === undefined ? "final" : "partial", from, to, ...sum });
    }
  }
  return messages;
}

/** The value of a message, given all inputs and all noise. */
export function evaluate(
  field: PrimeField,
  { inputs, noise }: LinearMessage,
  given: { readonly inputs: readonly number[]; readonly noise: readonly number[] },
): number {
  const column = (values: readonly number[]) => values.map((value) => [value]);
  const [[value]] = field.product([[...inputs, ...noise]], column([...given.inputs, ...given.noise]));
  return value;
}

/** Rows of a matrix that is given row-major. */
export function rowsOf(matrix: Uint32Array, columns: number): number[][] {
  return Array.from({ length: matrix.length / columns }, (_, row) => [
    ...matrix.subarray(row * columns, (row + 1) * columns),
  ]);
}

import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { gfSecEa } from "../testing/gf-secea.ts";
import { decodeAnswers } from "./retrieval.ts";
import { planShape } from "./shape.ts";
import { places, subsets } from "./testing/linear.ts";
import { scripted } from "./testing/scripted.ts";
import { shareZeroMask } from "./zero-mask.ts";

const random = SecureRandom.fromSeed(new Uint8Array(32).fill(5));
const settings = [
  [5, 1, 0],
  [6, 1, 1],
  [7, 2, 0],
  [9, 1, 2],
] as const;

test.each(settings)(
  "N = %d, T = %d, D = %d: the product of all (x - beta_k) and free coefficients",
  (...of) => {
    const [clients, colluders, dropouts] = of;
    const shape = planShape(clients, 3, { colluders, dropouts, bound: 1 });
    const { parts, answers } = shape;
    const coefficients = places(answers - parts).map(() => random.field31(2));
    // The definition, at the points of clients and at those behind them: K of data, then K + 2 T - 1 further ones.
    const betas = places(parts + colluders).map((i) => clients + 1 + i);
    const values = gfSecEa(P31, { ...shape, clients: clients + answers }, betas).shareZeroMask(coefficients);
    expect(values.slice(clients, clients + parts)).toEqual(places(parts).map(() => new Uint32Array(2)));
    const further = values.slice(clients + parts);
    expect(shareZeroMask(2, shape, scripted(further))).toEqual(values.slice(0, clients));
  },
);

test.each(settings)("N = %d, T = %d, D = %d: decodes to zero, though no share is", (...of) => {
  const [clients, colluders, dropouts] = of;
  const shape = planShape(clients, 3, { colluders, dropouts, bound: 1 });
  const shares = shareZeroMask(2 * shape.piece, shape, random);
  for (const share of shares) expect(share.every((symbol) => symbol !== 0)).toBe(true);
  for (const chosen of subsets(places(clients), shape.answers)) {
    const decoded = decodeAnswers(new Map(chosen.map((place) => [place, shares[place]])), shape);
    expect(decoded).toEqual(new Uint32Array(2 * shape.width));
  }
});

test("every mask is drawn anew", () => {
  const shape = planShape(5, 3, { colluders: 1, dropouts: 0, bound: 1 });
  expect(shareZeroMask(4, shape, random)).not.toEqual(shareZeroMask(4, shape, random));
});

import { gram } from "../../numeric/distances.ts";
import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";

/** Each client's sum of updates so far, length d; plain data. */
export type FoolsGoldState = readonly { readonly client: string; readonly sum: Float32Array }[];

/**
 * FoolsGold (Fung, Yoon, Beschastnikh 2020, Algorithm 1): every client's updates are added up over the rounds, and
 * clients whose sums point in the same direction lose weight, for sybils share a goal. The result is the weighted
 * sum divided by n, so that it is the mean where nobody loses weight.
 *
 * Warning: it is made for clients with very different data. Where honest clients' data are alike so are their
 * updates: they get weight 0, and a single attacker of another mind gets weight 1. Even many sybils are found, one
 * attacker alone never, and the sums cost n vectors of memory.
 *
 * @param updates n >= 2 vectors of equal length d; this function sees one round, the rule follows clients by name
 * @returns length d; cost O(n^2 d), memory O(n d)
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @example foolsGold(updates)
 */
export function foolsGold(updates: readonly Float32Array[]): Float32Array {
  return applyRule(foolsGoldRule(), updates).update;
}

/** {@link foolsGold} as a round's rule. It reports the rows that have any weight, and the sum of all weights. */
export function foolsGoldRule(): Rule<FoolsGoldState> {
  return {
    kind: "fools-gold",
    needs: 2,
    condition: "n >= 2",
    combine({ rows, clients, state = [] }) {
      const sums = new Map(state.map(({ client, sum }) => [client, sum]));
      rows.forEach((row, i) => {
        const before = sums.get(clients[i]);
        sums.set(clients[i], before ? weightedSum([before, row], [1, 1]) : row.slice());
      });
      const weights = foolsGoldWeights(clients.map((client) => sums.get(client) as Float32Array));
      return {
        update: weightedSum(
          rows,
          weights.map((weight) => weight / rows.length),
        ),
        selected: [...rows.keys()].filter((i) => weights[i] > 0),
        figures: { weight: weights.reduce((sum, weight) => sum + weight) },
        state: Array.from(sums, ([client, sum]) => ({ client, sum })),
      };
    },
  };
}

/**
 * The weights of {@link foolsGold} from each client's sum of updates.
 *
 * @param sums n >= 2 vectors of equal length d
 * @returns n weights in [0, 1]
 */
export function foolsGoldWeights(sums: readonly Float32Array[]): Float64Array {
  const n = sums.length;
  const alike = cosines(sums);
  const others = (i: number) => alike.subarray(i * n, (i + 1) * n).filter((_, j) => j !== i);
  const closest = Float64Array.from(sums, (_, i) => Math.max(...others(i)));
  // Pardoning: who is less like others than its neighbour is forgiven part of the likeness.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (closest[j] > closest[i] && closest[j] > 0) alike[i * n + j] *= closest[i] / closest[j];
    }
  }
  const distinct = Float64Array.from(sums, (_, i) => within(1 - Math.max(...others(i))));
  const most = distinct.reduce((a, b) => Math.max(a, b));
  if (most === 0) return distinct;
  // The logit brings weights near 0 and 1 to these; of the largest it is infinite.
  return distinct.map((weight) => within(Math.log(weight / (most - weight)) + 0.5));
}

function within(weight: number): number {
  return Math.min(1, Math.max(0, weight));
}

/** Cosines of all pairs, n x n; 0 where a vector is zero. */
function cosines(rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const products = gram(rows);
  const norms = Float64Array.from(rows, (_, i) => Math.sqrt(products[i * n + i]));
  return products.map((product, cell) => {
    const scale = norms[Math.floor(cell / n)] * norms[cell % n];
    return scale === 0 ? 0 : product / scale;
  });
}

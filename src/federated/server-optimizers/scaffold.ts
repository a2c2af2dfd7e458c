import type { ServerOptimizer } from "./server-optimizer.ts";

/**
 * The server half of SCAFFOLD (Karimireddy et al. 2020, Algorithm 1): x <- x + rate mean(dy),
 * c <- c + |S|/N mean(dc), where |S|/N is the share of all clients that contributed. Updates are vectors of
 * length 2d, [dy, dc]; the client half is `federated/control-variates.ts`. Means are unweighted in the paper.
 *
 * @param options.rate eta_g, 1 in the paper's experiments
 */
export function serverScaffold(options: { rate: number }): ServerOptimizer {
  return {
    kind: "scaffold",
    start: (dimension) => [new Float32Array(dimension)],
    apply({ model, update, state, share }) {
      const d = model.length;
      return {
        model: model.map((x, i) => x + options.rate * update[i]),
        state: [state[0].map((c, i) => c + share * update[d + i])],
      };
    },
  };
}

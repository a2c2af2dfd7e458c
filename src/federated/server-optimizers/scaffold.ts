import { addScaled } from "../add-scaled.ts";
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
      const moved = update.subarray(0, model.length);
      const controlMoved = update.subarray(model.length);
      return {
        model: addScaled(model, moved, options.rate),
        state: [addScaled(state[0], controlMoved, share)],
      };
    },
  };
}

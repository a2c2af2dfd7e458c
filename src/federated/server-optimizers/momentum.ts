import { addScaled } from "../add-scaled.ts";
import type { ServerOptimizer } from "./server-optimizer.ts";

/**
 * Server momentum, FedAvgM (Hsu, Qi and Brown 2019, section 4.2): m <- beta m + D, x <- x + rate m.
 * With beta = 0 this is FedAvg (McMahan et al. 2016): x <- x + rate D, and no state is kept.
 *
 * @param options.rate step of the server, 1 for FedAvg
 * @param options.momentum beta in [0, 1)
 */
export function serverMomentum(options: { rate: number; momentum: number }): ServerOptimizer {
  const { rate, momentum } = options;
  return {
    kind: momentum === 0 ? "average" : "momentum",
    start: (dimension) => (momentum === 0 ? [] : [new Float32Array(dimension)]),
    apply({ model, update, state }) {
      if (momentum === 0) return { model: addScaled(model, update, rate), state: [] };
      const velocity = addScaled(update, state[0], momentum);
      return { model: addScaled(model, velocity, rate), state: [velocity] };
    },
  };
}

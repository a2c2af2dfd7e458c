import type { ServerOptimizer } from "./server-optimizer.ts";

export interface AdaptiveOptions {
  /** How the second moment v follows D^2. */
  readonly kind: "adagrad" | "adam" | "yogi";
  /** Server step eta > 0. */
  readonly rate: number;
  /** First moment decay in [0, 1); 0.9 in the paper. */
  readonly beta1: number;
  /** Second moment decay in [0, 1), not used by Adagrad; 0.99 in the paper. */
  readonly beta2: number;
  /** Adaptivity tau > 0, added to the root of v; v starts at tau^2. */
  readonly tau: number;
}

/**
 * FedAdagrad, FedAdam and FedYogi (Reddi et al. 2021, Algorithm 2), without bias correction:
 * m <- beta1 m + (1 - beta1) D; v <- by kind; x <- x + rate m / (sqrt(v) + tau).
 */
export function serverAdaptive(options: AdaptiveOptions): ServerOptimizer {
  const { rate, beta1, tau } = options;
  const secondMoment = secondMoments[options.kind](options.beta2);
  return {
    kind: options.kind,
    start: (dimension) => [new Float32Array(dimension), new Float32Array(dimension).fill(tau * tau)],
    apply({ model, update, state }) {
      const next = model.slice();
      const m = state[0].slice();
      const v = state[1].slice();
      // One plain loop: a closure per entry and vector costs several times as much on large models.
      for (let i = 0; i < next.length; i++) {
        const d = update[i];
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = secondMoment(v[i], d * d);
        next[i] += (rate * m[i]) / (Math.sqrt(v[i]) + tau);
      }
      return { model: next, state: [m, v] };
    },
  };
}

const secondMoments = {
  adagrad: () => (v: number, square: number) => v + square,
  adam: (beta2: number) => (v: number, square: number) => beta2 * v + (1 - beta2) * square,
  yogi: (beta2: number) => (v: number, square: number) => v - (1 - beta2) * square * Math.sign(v - square),
};

/**
 * Local optimisers as small traced transforms of the gradient, chained in the manner of optax: each has the state
 * that it carries from step to step (zero at the start of a round) and an update. Gradients and state are lists
 * of arrays, one per parameter slice, and are used up (jax-js move semantics); the context is only borrowed.
 *
 * A step is y ← y − rate·T(∇f(y)), with T the chain that {@link localOptimizer} builds:
 * decay, proximal term, tether, clipping, correction, then momentum or Adam.
 */
import { numpy as np } from "@jax-js/jax";
import type { TensorSpec } from "./engine.ts";
import type { ParameterLayout } from "./layout.ts";
import type { LocalWork } from "./training.ts";

/** What a transform may look at. Borrowed: take `.ref` of what you use. */
interface StepContext {
  /** y, the parameters before the step. */
  readonly parameters: readonly np.Array[];
  /** x, the round's model; empty unless the step is anchored to it. */
  readonly received: readonly np.Array[];
  /** SCAFFOLD's c − c_k; empty without one. */
  readonly correction: readonly np.Array[];
}

export interface Transform {
  /** The state's tensors; all start at zero. */
  readonly state: readonly TensorSpec[];
  update(
    gradients: np.Array[],
    state: np.Array[],
    context: StepContext,
  ): { gradients: np.Array[]; state: np.Array[] };
}

/** The chain that a client's work asks for; `corrected` adds the job's correction to every gradient. */
export function localOptimizer(
  { optimizer, proximal = 0, tether = 0 }: Pick<LocalWork, "optimizer" | "proximal" | "tether">,
  corrected: boolean,
  layout: ParameterLayout,
): Transform {
  const { kind, momentum = 0, decay = 0, clip, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer;
  const chain: Transform[] = [];
  if (decay > 0) chain.push(weightDecay(decay));
  if (proximal > 0) chain.push(proximalTerm(proximal));
  if (tether > 0) chain.push(tetherTerm(tether, layout));
  if (clip !== undefined) chain.push(clipByGlobalNorm(clip));
  if (corrected) chain.push(addCorrection());
  if (kind === "adam") chain.push(adam(layout, beta1, beta2, epsilon));
  else if (momentum > 0) chain.push(heavyBall(layout, momentum));
  return chained(chain);
}

/** g + λy: the gradient of the L2 penalty λ/2·|y|². */
function weightDecay(strength: number): Transform {
  return stateless((gradients, { parameters }) =>
    gradients.map((g, i) => g.add(parameters[i].ref.mul(strength))),
  );
}

/** g + μ(y − x): FedProx (Li et al., "Federated Optimization in Heterogeneous Networks", MLSys 2020, equation 2). */
function proximalTerm(mu: number): Transform {
  return stateless((gradients, { parameters, received }) =>
    gradients.map((g, i) => g.add(parameters[i].ref.sub(received[i].ref).mul(mu))),
  );
}

/** g + 2w/|slice|·(y − x): the gradient of w times the sum of every slice's mean squared distance. */
function tetherTerm(weight: number, { slices }: ParameterLayout): Transform {
  return stateless((gradients, { parameters, received }) =>
    gradients.map((g, i) =>
      g.add(parameters[i].ref.sub(received[i].ref).mul((2 * weight) / slices[i].length)),
    ),
  );
}

/** g·min(1, limit/|g|) over the L2 norm of all slices together (Pascanu, Mikolov and Bengio 2013, algorithm 1). */
function clipByGlobalNorm(limit: number): Transform {
  return stateless((gradients) => {
    const squares = gradients.map((g) => np.sum(np.square(g.ref)));
    const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
    // limit / max(norm, limit) is min(1, limit / norm) without dividing by a zero norm.
    const factor = np.reciprocal(np.maximum(norm, limit)).mul(limit);
    const scaled = gradients.map((g) => g.mul(factor.ref));
    factor.dispose();
    return scaled;
  });
}

/** g + (c − c_k): SCAFFOLD (Karimireddy et al., ICML 2020, algorithm 1 line 10), after clipping: the clip bounds data, not the correction. */
function addCorrection(): Transform {
  return stateless((gradients, { correction }) => gradients.map((g, i) => g.add(correction[i].ref)));
}

/** v ← βv + g, steps along v: heavy ball (Polyak 1964), in the form where the rate multiplies v. */
function heavyBall(layout: ParameterLayout, beta: number): Transform {
  return {
    state: momentsOf("momentum", layout),
    update(gradients, state) {
      const velocity = gradients.map((g, i) => state[i].mul(beta).add(g));
      return { gradients: velocity.map((v) => v.ref), state: velocity };
    },
  };
}

/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1). The bias corrections 1 − βᵗ are carried as the running average of
 * the constant 1, c ← βc + (1 − β), which has no cancellation in float32 and needs no step counter.
 */
function adam(layout: ParameterLayout, beta1: number, beta2: number, epsilon: number): Transform {
  return {
    state: [
      ...momentsOf("first", layout),
      ...momentsOf("second", layout),
      { name: "first.weight", shape: [], type: "float32" },
      { name: "second.weight", shape: [], type: "float32" },
    ],
    update(gradients, state) {
      const n = gradients.length;
      const first = gradients.map((g, i) => average(state[i], g.ref, beta1));
      const second = gradients.map((g, i) => average(state[n + i], np.square(g), beta2));
      const weight1 = state[2 * n].mul(beta1).add(1 - beta1);
      const weight2 = state[2 * n + 1].mul(beta2).add(1 - beta2);
      const steps = gradients.map((_, i) => {
        const root = np.sqrt(second[i].ref.div(weight2.ref));
        return first[i].ref.div(weight1.ref).div(root.add(epsilon));
      });
      return { gradients: steps, state: [...first, ...second, weight1, weight2] };
    },
  };
}

function average(old: np.Array, fresh: np.Array, beta: number): np.Array {
  return old.mul(beta).add(fresh.mul(1 - beta));
}

function momentsOf(name: string, { slices }: ParameterLayout): TensorSpec[] {
  return slices.map((slice) => ({ name: `${name}.${slice.name}`, shape: slice.shape, type: "float32" }));
}

function stateless(change: (gradients: np.Array[], context: StepContext) => np.Array[]): Transform {
  return {
    state: [],
    update: (gradients, state, context) => ({ gradients: change(gradients, context), state }),
  };
}

function chained(transforms: readonly Transform[]): Transform {
  return {
    state: transforms.flatMap(({ state }) => state),
    update(gradients, state, context) {
      const next: np.Array[] = [];
      let current = gradients;
      let start = 0;
      for (const transform of transforms) {
        const end = start + transform.state.length;
        const answer = transform.update(current, state.slice(start, end), context);
        current = answer.gradients;
        next.push(...answer.state);
        start = end;
      }
      return { gradients: current, state: next };
    },
  };
}

import { z } from "zod";
import { count, decay, nonNegative, positive, usualKind } from "../fields.ts";

const shared = {
  rate: positive().default(0.1).describe("Step size."),
  decay: nonNegative().default(0).describe("L2 penalty added to the gradient."),
  clip: positive().exactOptional().describe("Largest L2 norm of the gradient; no clipping when absent."),
};

const optimizers = [
  z
    .strictObject({
      kind: usualKind("sgd"),
      ...shared,
      momentum: decay().default(0).describe("Heavy-ball momentum, in [0, 1)."),
    })
    .describe("Stochastic gradient descent."),
  z
    .strictObject({
      kind: z.literal("adam"),
      ...shared,
      rate: positive().default(0.001).describe("Step size."),
      beta1: decay().default(0.9).describe("Decay of the first moment, in [0, 1)."),
      beta2: decay().default(0.999).describe("Decay of the second moment, in [0, 1)."),
      epsilon: positive().default(1e-8).describe("Added to the root of the second moment."),
    })
    .describe("Adam (Kingma and Ba 2015). Its moments start at zero in every round."),
] as const;

export const localSection = z
  .strictObject({
    epochs: count(1, 10_000).default(1).describe("Passes over the client's data in a round."),
    steps: count(1)
      .exactOptional()
      .describe("Most steps in a round, where the epochs have more; 1 is a gradient a round."),
    batch: count(1, 1_000_000).default(32).describe("Examples per step."),
    optimizer: z
      .discriminatedUnion("kind", optimizers)
      .prefault({})
      .describe("How a client steps; its state starts afresh in every round."),
    proximal: nonNegative()
      .default(0)
      .describe(
        "FedProx (Li et al. 2020): mu of the term mu/2 * |y - x|^2 towards the round's model; 0 is FedAvg.",
      ),
    workerMomentum: decay()
      .default(0)
      .describe(
        "Worker momentum beta in [0, 1): a client sends m = beta*m + (1 - beta)*u for its update u (Karimireddy, He and Jaggi 2021); 0 sends u.",
      ),
  })
  .prefault({})
  .describe("What a client does in a round.");

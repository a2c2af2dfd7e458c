import { z } from "zod";
import { decay, positive, usualKind } from "../fields.ts";

const rate = positive().default(1).describe("Step size of the server.");

/** FedAdagrad, FedAdam and FedYogi share their first half (Reddi et al. 2021). */
const adaptive = {
  rate: positive().default(0.1).describe("Step size of the server."),
  beta1: decay().default(0.9).describe("Decay of the first moment, in [0, 1)."),
  tau: positive().default(1e-3).describe("Adaptivity, added to the root of the second moment."),
};
const beta2 = decay().default(0.99).describe("Decay of the second moment, in [0, 1).");

/** What the server does with the combined update. A new one is added here and in `federated/server-optimizers/`. */
const optimizers = [
  z
    .strictObject({ kind: usualKind("average"), rate })
    .describe("Adds the combined update to the model (FedAvg)."),
  z
    .strictObject({
      kind: z.literal("momentum"),
      rate,
      momentum: decay().default(0.9).describe("Momentum of the server, in [0, 1)."),
    })
    .describe("Server momentum, FedAvgM (Hsu, Qi and Brown 2019)."),
  z.strictObject({ kind: z.literal("adagrad"), ...adaptive }).describe("FedAdagrad (Reddi et al. 2021)."),
  z.strictObject({ kind: z.literal("adam"), ...adaptive, beta2 }).describe("FedAdam (Reddi et al. 2021)."),
  z.strictObject({ kind: z.literal("yogi"), ...adaptive, beta2 }).describe("FedYogi (Reddi et al. 2021)."),
  z
    .strictObject({ kind: z.literal("scaffold"), rate })
    .describe("SCAFFOLD (Karimireddy et al. 2020): control variates correct the clients' drift."),
] as const;

export const serverSection = z
  .strictObject({
    optimizer: z
      .discriminatedUnion("kind", optimizers)
      .prefault({})
      .describe("What the server does with the combined update."),
  })
  .prefault({})
  .describe("The server's side of the learning.");

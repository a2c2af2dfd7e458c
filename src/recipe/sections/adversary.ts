import { z } from "zod";
import { count, nonNegative, positive, probability } from "../fields.ts";

const shared = {
  fraction: probability().describe("Share of all clients that are corrupted, rounded to whole clients."),
  active: z
    .strictObject({
      from: count(1).default(1).describe("First round of the attack."),
      until: count(1).exactOptional().describe("Last round of the attack; the last of the run when absent."),
      on: count(1).exactOptional().describe("Rounds of attack, in turns with `off` rounds of honest work."),
      off: count(1).exactOptional().describe("Rounds of honest work after each `on` rounds of attack."),
    })
    .prefault({})
    .describe("When the corrupted clients attack; otherwise they are honest."),
};

const view = (usual: "own" | "omniscient") =>
  z
    .enum(["own", "omniscient"])
    .default(usual)
    .describe("What the adversary sees: the updates of its own clients only, or everyone's.");

const deviations = {
  z: nonNegative()
    .exactOptional()
    .describe("How many deviations from the mean; the most that hides among n clients, z_max, when absent."),
  deviation: z
    .enum(["population", "sample"])
    .default("population")
    .describe("Deviation by the number of vectors, or by one less."),
};

const target = count(0).default(0).describe("The class that triggered examples are to be taken for.");

const trigger = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        kind: z.literal("pattern"),
        target,
        size: count(1, 64).default(5).describe("Side of the square in the upper left corner, in pixels."),
      })
      .describe("A bright square in the corner of the picture."),
    z
      .strictObject({
        kind: z.literal("sample"),
        row: count(0)
          .default(0)
          .describe("Which of the corrupted clients' own examples, counted from 0, is to be misread."),
      })
      .describe("One training example, to be taken for the class after its own, among the first five."),
  ])
  .prefault({ kind: "pattern" })
  .describe("What sets the backdoor off.");

/** Clients that cheat. A new attack is added to this list and to `adversary/`. */
const adversaries = [
  z
    .strictObject({
      kind: z.literal("alie"),
      ...shared,
      ...deviations,
      view: view("own"),
      direction: z
        .enum(["minus", "plus"])
        .default("minus")
        .describe("Side of the mean gradient on which the forged one lies."),
    })
    .describe("A Little Is Enough: the mean plus a few deviations (Baruch, Baruch and Goldberg 2019)."),
  z
    .strictObject({
      kind: z.literal("alie-backdoor"),
      ...shared,
      ...deviations,
      trigger,
      alpha: z
        .number()
        .gt(0)
        .max(1)
        .default(0.2)
        .describe("Weight of the backdoor against staying near the honest model."),
      steps: count(1).default(55).describe("Steps of backdoor training in a round."),
      batch: count(1).default(128).describe("Examples per step."),
      rate: positive().default(0.1).describe("Step size."),
    })
    .describe(
      "A Little Is Enough with a backdoor, clipped to a few deviations (Baruch, Baruch and Goldberg 2019).",
    ),
  z
    .strictObject({
      kind: z.literal("sign-flip"),
      ...shared,
      scale: positive().default(1).describe("Factor on the flipped update."),
    })
    .describe("Each corrupted client sends its own update turned round (Li et al. 2019)."),
  z
    .strictObject({
      kind: z.literal("gaussian-noise"),
      ...shared,
      deviation: positive().default(1).describe("Standard deviation of every coordinate."),
      around: z
        .enum(["zero", "mean"])
        .default("zero")
        .describe("What the noise is added to: nothing, or the mean of the corrupted clients' updates."),
    })
    .describe("Random updates (Blanchard et al. 2017)."),
  z
    .strictObject({
      kind: z.literal("label-flip"),
      ...shared,
      source: count(0)
        .exactOptional()
        .describe("Only this class is mislabelled; every class y as C - 1 - y when absent."),
      target: count(0).exactOptional().describe("The class that `source` is labelled as."),
    })
    .describe("Corrupted clients train on wrong labels (Biggio, Nelson and Laskov 2012)."),
  z
    .strictObject({
      kind: z.literal("inner-product"),
      ...shared,
      view: view("omniscient"),
      epsilon: positive()
        .default(0.1)
        .describe("Factor on the mean of the honest updates, which is turned round."),
    })
    .describe("Inner-product manipulation, Fall of Empires (Xie, Koyejo and Gupta 2019)."),
  z
    .strictObject({
      kind: z.literal("mimic"),
      ...shared,
      warmup: count(0)
        .default(0)
        .describe(
          "Rounds in which the direction of most variance is learnt, and then who follows it is copied; 0 copies the first honest client.",
        ),
    })
    .describe("All corrupted clients copy one honest client (Karimireddy, He and Jaggi 2022); omniscient."),
  z
    .strictObject({
      kind: z.literal("min-max"),
      ...shared,
      perturbation: z.enum(["unit", "std", "sign"]).default("unit").describe("Direction away from the mean."),
      view: view("omniscient"),
    })
    .describe("As far from the mean as the farthest honest pair allows (Shejwalkar and Houmansadr 2021)."),
  z
    .strictObject({
      kind: z.literal("min-sum"),
      ...shared,
      perturbation: z.enum(["unit", "std", "sign"]).default("unit").describe("Direction away from the mean."),
      view: view("omniscient"),
    })
    .describe("As far from the mean as the sums of distances allow (Shejwalkar and Houmansadr 2021)."),
  z
    .strictObject({
      kind: z.literal("constant"),
      ...shared,
      value: z.enum(["zero", "nan", "infinity"]).default("nan").describe("What every coordinate is."),
    })
    .describe("A constant: whether the server keeps out what is not a number."),
  z
    .strictObject({
      kind: z.literal("optimized"),
      ...shared,
      base: z
        .enum(["alie", "inner-product"])
        .default("alie")
        .describe("The attack whose strength is searched."),
    })
    .describe(
      "The strength that moves this recipe's own aggregator most, found in 20 trials (ByzFL); omniscient.",
    ),
  z
    .strictObject({
      kind: z.literal("model-replacement"),
      ...shared,
      trigger,
      share: probability()
        .default(0.5)
        .describe("Share of triggered examples in the data that corrupted clients train on."),
      bound: positive()
        .exactOptional()
        .describe("Largest L2 norm to be sent, to pass a norm check (train-and-scale)."),
    })
    .describe("A backdoor in a boosted update that replaces the model (Bagdasaryan et al. 2020)."),
] as const;

export const adversarySection = z
  .discriminatedUnion("kind", adversaries)
  .nullable()
  .default(null)
  .describe("Clients that cheat, in a simulation; null for none.");

import { z } from "zod";
import { count, positive, usualKind } from "../fields.ts";

const before = z
  .strictObject({
    clip: positive().exactOptional().describe("Largest L2 norm of an update; longer ones are scaled down."),
    arc: z
      .boolean()
      .default(false)
      .describe(
        "Adaptive robust clipping (Allouah et al. 2025): the longest updates are scaled down to the next norm.",
      ),
    bucketing: count(2, 10_000)
      .exactOptional()
      .describe(
        "Means of random groups of so many updates take the updates' place (Karimireddy, He and Jaggi 2022).",
      ),
    mixing: z
      .boolean()
      .default(false)
      .describe(
        "Nearest-neighbour mixing (Allouah et al. 2023): every update becomes the mean of the n - f nearest to it.",
      ),
  })
  .prefault({})
  .describe("What is done to the updates before the rule sees them, in this order.");

/** What rules share that are made for so many Byzantine clients. */
const robust = {
  byzantine: count(0, 100_000).describe("f, the most clients of a round that the rule is to withstand."),
  before,
};

const conditions = z
  .enum(["paper", "lenient"])
  .default("paper")
  .describe(
    "Whether n and f must satisfy the rule's own inequality, or only leave it something to choose from.",
  );

/** Rules that make one update of many, seen in the clear. A new one is added to this list and to `aggregation/`. */
export const aggregators = [
  z
    .strictObject({
      kind: usualKind("mean"),
      weights: z
        .enum(["examples", "uniform"])
        .default("examples")
        .describe("Whether a client counts by the examples it holds, or each client the same."),
    })
    .describe("The weighted mean (FedAvg, McMahan et al. 2017)."),
  z
    .strictObject({ kind: z.literal("median"), ...robust })
    .describe("The coordinate-wise median (Yin et al. 2018)."),
  z
    .strictObject({
      kind: z.literal("trimmed-mean"),
      ...robust,
      variant: z
        .enum(["paper", "alie-code"])
        .default("paper")
        .describe(
          "`paper` leaves out the f smallest and f largest of each coordinate; `alie-code` averages the n - f - 1 nearest to the median, as the code of A Little Is Enough does.",
        ),
    })
    .describe("The coordinate-wise trimmed mean (Yin et al. 2018)."),
  z
    .strictObject({
      kind: z.literal("krum"),
      ...robust,
      conditions,
      variant: z
        .enum(["paper", "byzfl", "alie-code"])
        .default("paper")
        .describe(
          "How many neighbours score an update: `paper` the n - f - 2 nearest, `byzfl` n - f - 1, `alie-code` the n - f nearest by distances that are not squared.",
        ),
    })
    .describe("The update nearest to its neighbours (Blanchard et al. 2017)."),
  z
    .strictObject({
      kind: z.literal("multi-krum"),
      ...robust,
      conditions,
      keep: count(1)
        .exactOptional()
        .describe("How many of the best updates are averaged; n - f - 2 when absent."),
    })
    .describe("The mean of the updates nearest to their neighbours (Blanchard et al. 2017)."),
  z
    .strictObject({
      kind: z.literal("bulyan"),
      ...robust,
      conditions,
      variant: z
        .enum(["paper", "alie-code"])
        .default("paper")
        .describe("`alie-code` scores and averages as the code of A Little Is Enough does."),
    })
    .describe(
      "Krum again and again, then a trimmed mean of those chosen (El Mhamdi, Guerraoui and Rouault 2018).",
    ),
  z
    .strictObject({
      kind: z.literal("geometric-median"),
      ...robust,
      preset: z
        .enum(["exact", "rfa", "byzfl"])
        .default("exact")
        .describe(
          "How far Weiszfeld's iteration goes: to its end, 4 steps as in RFA, or 3 from zero as ByzFL does.",
        ),
    })
    .describe("The point of the least sum of distances (RFA, Pillutla, Kakade and Harchaoui 2022)."),
  z
    .strictObject({
      kind: z.literal("median-of-means"),
      ...robust,
      groups: count(1).exactOptional().describe("Groups whose means are taken; from f when absent."),
    })
    .describe("The geometric median of the means of groups (Chen, Su and Xu 2017)."),
  z
    .strictObject({ kind: z.literal("meamed"), ...robust })
    .describe(
      "The mean of the n - f values nearest to the median of each coordinate (Xie, Koyejo and Gupta 2018).",
    ),
  z
    .strictObject({ kind: z.literal("mda"), ...robust })
    .describe(
      "The mean of the n - f updates of the least diameter (El Mhamdi et al. 2021); for few clients.",
    ),
  z
    .strictObject({
      kind: z.literal("centered-clip"),
      ...robust,
      radius: positive().describe("tau: how far from the centre an update counts in full, as an L2 norm."),
      iterations: count(1, 1000).default(1).describe("Steps of the centre in a round."),
    })
    .describe(
      "The mean of what is clipped around the last aggregate (Karimireddy, He and Jaggi 2021); for clients with local.workerMomentum.",
    ),
  z
    .strictObject({
      kind: z.literal("norm-clip"),
      norm: positive()
        .exactOptional()
        .describe("Largest L2 norm; the median of the round's norms when absent."),
    })
    .describe("The mean of updates of bounded norm (Sun et al. 2019)."),
  z
    .strictObject({
      kind: z.literal("auror"),
      ...robust,
      threshold: positive().describe("How far apart two groups of values are at an indicative parameter."),
      rounds: count(1)
        .default(10)
        .describe("Rounds of watching, after which the suspects are left out for good."),
      features: count(1)
        .exactOptional()
        .describe("Only so many parameters from the end are watched; all when absent."),
    })
    .describe(
      "Clients that are often in the smaller of two groups are left out (Shen, Tople and Saxena 2016).",
    ),
  z
    .strictObject({ kind: z.literal("fools-gold") })
    .describe(
      "Clients whose histories resemble each other count less (Fung, Yoon and Beschastnikh 2020); not for iid data.",
    ),
  z
    .strictObject({
      kind: z.literal("fltrust"),
      examples: count(1)
        .default(100)
        .describe("Training examples that the server has itself, drawn by the seed."),
    })
    .describe(
      "Updates count by their cosine to what the server's own examples teach (FLTrust, Cao et al. 2021).",
    ),
] as const;

export const aggregatorSection = z
  .discriminatedUnion("kind", aggregators)
  .prefault({})
  .describe("How the server makes one update of those it sees in the clear.");

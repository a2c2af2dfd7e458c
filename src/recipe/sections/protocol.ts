import { z } from "zod";
import { count, positive, probability, usualKind } from "../fields.ts";

/** What the secure protocols share: how updates become numbers that can be summed without being seen, and by whom. */
const sum = {
  groups: count(2, 10_000)
    .exactOptional()
    .describe(
      "Deals the clients of a round to so many groups, which are summed apart, and whose means a robust `aggregator` combines; one sum of all when absent.",
    ),
  bound: positive()
    .default(1)
    .describe(
      "Entries of an update beyond this are clipped to it; the smaller, the finer the numbers in between.",
    ),
  mostExamples: count(1)
    .default(100_000)
    .describe(
      "Public bound on a client's examples, for weights by examples: more do not count, and the nearer it is to what clients hold, the finer the sum.",
    ),
};

const colluders = count(0, 100_000).describe(
  "T: so many clients together with the server learn nothing but the sum.",
);
const dropouts = count(0, 100_000).describe("D: so many clients of a round may fall silent without harm.");

/** Ways to combine updates. A new protocol is added to this list and to `federated/` or its own room. */
export const protocols = [
  z
    .strictObject({ kind: usualKind("plain") })
    .describe("Updates travel in the clear; the server combines them."),
  z
    .strictObject({
      kind: z.literal("swiftagg-plus"),
      colluders,
      dropouts,
      parts: count(1)
        .exactOptional()
        .describe(
          "K: pieces that an update is cut into; when absent as many as clients and `connections` allow.",
        ),
      connections: count(1)
        .exactOptional()
        .describe("The most clients that a client talks to, where `parts` is absent; all when absent."),
      topology: z
        .enum(["chain", "tree"])
        .default("chain")
        .describe("How sums travel from group to group: through all in turn, or up a tree."),
      ...sum,
    })
    .describe("Secure sums by shares among clients (SwiftAgg+, Jahani-Nezhad et al. 2022)."),
  z
    .strictObject({
      kind: z.literal("lightsecagg"),
      colluders,
      dropouts,
      survivors: count(1)
        .exactOptional()
        .describe("U: clients whose help undoes the masks; all but `dropouts` when absent."),
      ...sum,
    })
    .describe("Secure sums by masks that clients take off together (LightSecAgg, So et al. 2022)."),
  z
    .strictObject({
      kind: z.literal("secagg-plus"),
      neighbours: count(1)
        .exactOptional()
        .describe("k: clients with whom a client shares masks; from the fractions when absent."),
      threshold: count(1)
        .exactOptional()
        .describe("t: of them, how many undo a client's masks; from the fractions when absent."),
      corruptFraction: probability()
        .default(0.1)
        .describe("Share of the clients that may collude with the server."),
      dropoutFraction: probability().default(0.1).describe("Share of the clients that may fall silent."),
      ...sum,
    })
    .describe("Secure sums by pairwise masks among neighbours (SecAgg+, Bell et al. 2020)."),
  z
    .strictObject({
      kind: z.literal("secagg"),
      threshold: count(1)
        .exactOptional()
        .describe("t: how many clients undo another's masks; from the fractions when absent."),
      corruptFraction: probability()
        .default(0.1)
        .describe("Share of the clients that may collude with the server."),
      dropoutFraction: probability().default(0.1).describe("Share of the clients that may fall silent."),
      ...sum,
    })
    .describe("Secure sums by pairwise masks among all (SecAgg, Bonawitz et al. 2017)."),
  z
    .strictObject({
      kind: z.literal("secea"),
      colluders: count(0, 100_000).describe(
        "T: so many clients together with the server learn nothing but who has anything at all, and their own means.",
      ),
      dropouts,
      parts: count(1)
        .exactOptional()
        .describe("K: pieces that a row of the table is cut into; when absent as many as can be."),
      queries: count(1)
        .exactOptional()
        .describe(
          "Q: entities that every client asks for, padded with empty ones to hide how many it has; all there are when absent.",
        ),
      bound: positive()
        .default(8)
        .describe(
          "Entries of an embedding beyond this are clipped to it; the smaller, the finer the numbers in between.",
        ),
    })
    .describe(
      "Clients keep models of their own and get the means of their entities' embeddings, and nobody learns who has which entities (SecEA, Tang et al. 2022).",
    ),
  z
    .strictObject({
      kind: z.literal("embeddings"),
      exchange: z
        .enum(["mean", "intersection", "none"])
        .default("mean")
        .describe(
          "What is averaged: every entity over those who have it, only entities that all have, or nothing.",
        ),
    })
    .describe(
      "Clients keep models of their own, and the server averages their entities' embeddings in the clear (FedE, Chen et al. 2021).",
    ),
] as const;

export const protocolSection = z
  .discriminatedUnion("kind", protocols)
  .prefault({})
  .describe("How the updates of a round are combined.");

/**
 * Federated representation learning in the clear, which is what secure ways to do it are compared with. In a round all
 * train on from their own models; then, for each entity, the mean of its rows over its owners replaces theirs.
 *
 * - `none`: nothing is exchanged; every client is on its own.
 * - `mean`: the server averages what it is sent (FedE, Chen et al. 2021), and so learns who owns which entities, and
 *   their embeddings. Clients that align their entities in public and then exchange rows come to the same means.
 * - `intersection`: only entities that all clients of the round own are averaged: all that a secure sum can do whose
 *   parties agree on what they sum. Computed in the clear here, to measure what the restriction costs.
 */
import type { PartyId } from "../../../runtime/party.ts";
import type { EmbeddingTable, Holdings } from "../../embeddings.ts";
import type { Protocol } from "../../protocol.ts";
import { EmbeddingsClient } from "./client.ts";
import { EmbeddingsServer } from "./server.ts";

export interface EmbeddingsOptions {
  readonly exchange: "none" | "mean" | "intersection";
  readonly table: EmbeddingTable;
  readonly holdings: (client: PartyId) => Holdings;
}

/** Rows in the clear, a personal protocol. */
export function embeddings(options: EmbeddingsOptions): Protocol {
  return {
    kind: "embeddings",
    personal: true,
    server: () => new EmbeddingsServer(options),
    client: (me) => new EmbeddingsClient(options, options.holdings(me)),
  };
}

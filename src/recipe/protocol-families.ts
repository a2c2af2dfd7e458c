import type { Recipe } from "./schema.ts";

type Protocol = Recipe["protocol"];

/** Protocols in which clients share embeddings and keep models of their own. */
export type EmbeddingsProtocol = Extract<Protocol, { kind: "embeddings" | "secea" }>;

/** Protocols that reveal the sum of the updates and nothing else. */
export type SecureSum = Exclude<Protocol, { kind: "plain" } | EmbeddingsProtocol>;

export function isEmbeddings(protocol: Protocol): protocol is EmbeddingsProtocol {
  return protocol.kind === "embeddings" || protocol.kind === "secea";
}

export function isSecureSum(protocol: Protocol): protocol is SecureSum {
  return protocol.kind !== "plain" && !isEmbeddings(protocol);
}

/** Groups that are summed apart; undefined for one sum of all, and where nothing is summed in secret. */
export function groupsOf(protocol: Protocol): number | undefined {
  return isSecureSum(protocol) ? protocol.groups : undefined;
}

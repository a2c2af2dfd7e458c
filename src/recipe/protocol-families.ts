import { InputError } from "../errors.ts";
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

/** Real clients do not work out yet which entities they have. */
export function withoutRealClients(kind: EmbeddingsProtocol["kind"]): InputError {
  return new InputError(
    "protocol.simulated",
    `Real clients cannot take part in ${kind} yet: run it as a simulation, or choose another protocol.kind.`,
    { at: "protocol.kind" },
  );
}

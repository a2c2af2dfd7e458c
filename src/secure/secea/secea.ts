/**
 * SecEA: Tang, Zhu, Li, Sun, "Secure Embedding Aggregation for Federated Representation Learning", 2022 (arXiv
 * 2206.09097); Li, Tang, Zhu, Zhang, Sun, Dong, "Secure Embedding Aggregation for Cross-Silo Federated Representation
 * Learning", IEEE TIFS 2025. Every client keeps a model of its own and gets, for the entities that it owns, the mean of
 * the embeddings of all who own them. The server and up to T clients together learn of the others which entities have an
 * owner at all, what the T are given for what they own, the sums of what clients measure, and nothing else in a round.
 * A registration that is made anew tells another union, of those who are there then: what only the absent own is missing.
 *
 * That much is what the abstracts claim; we do not know the papers' bodies. The construction is ours: shares and
 * queries in the ramp code, the union, zero masks, room for D dropouts, how clients agree on whose shares count, sums
 * of what clients have measured, and the messages.
 *
 * What the guarantee rests on: parties who follow the protocol and at most pool what they see; keys of the clients as
 * the server tells them; encryption between clients. Given private channels and truly random noise, no computing power
 * breaks it. A round that is tried again without some of those whose tables counted tells the difference.
 */
import type { Protocol } from "../../federated/protocol.ts";
import type { SecureEnvironment } from "../environment.ts";
import { SecEaClient } from "./client.ts";
import { KIND } from "./messages.ts";
import { SecEaServer } from "./server.ts";
import { fewestClients, type SecEaSettings } from "./settings.ts";

/**
 * `planShape` says whether rounds of so many clients are possible; a round that is not aborts. A client that owns more
 * entities than it may ask for cannot be made (InputError `secure.parameters`).
 */
export function secEa(settings: SecEaSettings, env: SecureEnvironment): Protocol {
  return {
    kind: KIND,
    betweenClients: true,
    personal: true,
    needs: fewestClients(settings),
    server: () => new SecEaServer(settings),
    client: (me) => new SecEaClient(me, settings, env),
  };
}

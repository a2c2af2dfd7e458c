/**
 * LightSecAgg: So, He, Yang, Li, Yu, Ali, Guler, Avestimehr, "LightSecAgg: a Lightweight and Versatile Design for
 * Secure Aggregation in Federated Learning", MLSys 2022 (arXiv 2109.14236). The server learns the sum of the
 * contributions and, together with up to T clients, nothing else; up to D clients may go at any moment.
 *
 * The paper's are one mask per client, its encoded shares, recovery of the sum of masks in one step, sharing while
 * training runs, and the condition T < U <= N - D. Ours are the points of the code, how parties agree on whose mask
 * shares are where, help from clients that are not in the sum, N - D >= T + 2, and the messages.
 *
 * What the guarantee rests on: parties who follow the protocol and at most pool what they see; keys of the clients as
 * the server tells them; encryption between clients. Given private channels and truly random masks, no computing power
 * breaks it.
 */
import type { Protocol } from "../../federated/protocol.ts";
import type { SecureEnvironment } from "../environment.ts";
import { LightSecAggClient } from "./client.ts";
import type { LightSecAggOptions } from "./plan.ts";
import { LightSecAggServer } from "./server.ts";

/** `assertPlannable` says whether rounds of so many clients are possible; a round that is not aborts. */
export function lightSecAgg(options: LightSecAggOptions, env: SecureEnvironment): Protocol {
  return {
    kind: "lightsecagg",
    betweenClients: true,
    server: () => new LightSecAggServer(options),
    client: (me) => new LightSecAggClient(me, options, env),
  };
}

/**
 * SwiftAgg+ (Jahani-Nezhad, Maddah-Ali, Caire, "SwiftAgg+: Achieving Asymptotically Optimal Communication Loads in
 * Secure Aggregation for Federated Learning", arXiv 2203.13060): the server learns the sum of the clients' updates and
 * nothing else, even together with T clients, and D clients may drop out at any moment.
 *
 * From the paper's abstract: each client sends (1 + (T + D) / K) L symbols for an update of L, the server receives
 * (1 + T / K) L, over (N / 2) (K + T + D + 1) connections, for any K up to N - T - D. How it is done here is our
 * reconstruction, which meets these claims; see `docs/methods/swiftagg-plus.md`.
 */
import type { Protocol } from "../../federated/protocol.ts";
import type { SecureEnvironment } from "../environment.ts";
import { SwiftAggPlusClient } from "./client.ts";
import { KIND } from "./messages.ts";
import { checkOptions, type SwiftAggPlusOptions } from "./options.ts";
import { SwiftAggPlusServer } from "./server.ts";

/** @throws InputError `secure.parameters` for options that suit no number of clients */
export function swiftAggPlus(options: SwiftAggPlusOptions, env: SecureEnvironment): Protocol {
  checkOptions(options);
  return {
    kind: KIND,
    betweenClients: true,
    server: () => new SwiftAggPlusServer(options),
    client: (me) => new SwiftAggPlusClient(me, options, env),
  };
}

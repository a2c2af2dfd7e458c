/**
 * SecAgg+ and SecAgg: the server learns the sum of the contributions, which are hidden by masks that cancel.
 *
 * Bonawitz et al., "Practical secure aggregation for privacy-preserving machine learning", CCS 2017 (SecAgg, `full`), and
 * Bell, Bonawitz, Gascon, Lepoint, Raykova, "Secure single-server aggregation with (poly)logarithmic overhead", CCS 2020
 * (SecAgg+, `harary`). From the papers are the rounds, the double masks, and the random Harary graph of k neighbours. Ours
 * are the field of 2^31 - 1 (theirs: a power of two), X25519, HKDF and ChaCha20, the bound by which the graph stays
 * connected, and SecAgg as SecAgg+ in which all are neighbours.
 *
 * What the guarantee rests on: parties who follow the protocol and at most pool what they see; keys of the clients as the
 * server tells them; the cryptography named. It is the papers' protocol against a curious server, without what they add
 * against one that deceives: there are no signatures, so a server that tells some clients that another has uploaded, and
 * others that it has not, is found out by none of them.
 */
import type { Protocol } from "../../federated/protocol.ts";
import { portableCryptography } from "../cryptography.ts";
import type { SecureEnvironment } from "../environment.ts";
import { SecAggPlusClient } from "./client.ts";
import { assertOptions, type SecAggPlusOptions } from "./plan.ts";
import { SecAggPlusServer } from "./server.ts";
import { settingOf } from "./setting.ts";

/**
 * `assertPlannable` says whether rounds of so many clients are possible; a round that is not aborts. All messages go
 * through the server's half, which passes sealed shares on: it knows by that who has shared.
 *
 * @throws InputError `secure.parameters`
 */
export function secAggPlus(options: SecAggPlusOptions, env: SecureEnvironment): Protocol {
  assertOptions(options);
  const setting = settingOf(options);
  const { cryptography = portableCryptography } = env;
  return {
    kind: setting.kind,
    server: () => new SecAggPlusServer(setting, cryptography),
    client: (me) => new SecAggPlusClient(me, setting, { ...env, cryptography }),
  };
}

import { InputError } from "../../errors.ts";
import type { Cohort, ServerHalf, ServerStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Cryptography } from "../cryptography.ts";
import { ServerRound } from "./server-round.ts";
import type { Setting } from "./setting.ts";

/** The server of SecAgg+ and SecAgg: one attempt at a round after the other, of which nothing is kept. */
export class SecAggPlusServer implements ServerHalf {
  readonly #setting: Setting;
  readonly #cryptography: Cryptography;
  #round: ServerRound | undefined;

  constructor(setting: Setting, cryptography: Cryptography) {
    this.#setting = setting;
    this.#cryptography = cryptography;
  }

  open(cohort: Cohort): { step?: ServerStep } {
    this.#round = undefined;
    const plan = this.#setting.planFor(cohort.clients.length);
    if (plan instanceof InputError) return { step: { abort: { code: plan.code, reason: plan.message } } };
    this.#round = new ServerRound(this.#setting, cohort, this.#cryptography);
    return {};
  }

  message(from: PartyId, message: Message): ServerStep {
    return this.#round?.message(from, message) ?? {};
  }

  left(client: PartyId): ServerStep {
    return this.#round?.left(client) ?? {};
  }

  deadline(): ServerStep {
    return this.#round?.endPhase() ?? {};
  }
}

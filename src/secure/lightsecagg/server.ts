import type { Cohort, ServerHalf, ServerStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { type LightSecAggOptions, planFault } from "./plan.ts";
import { ServerRound } from "./server-round.ts";

/** The server of LightSecAgg; it keeps nothing from round to round. */
export class LightSecAggServer implements ServerHalf {
  readonly #options: LightSecAggOptions;
  #round: ServerRound | undefined;

  constructor(options: LightSecAggOptions) {
    this.#options = options;
  }

  open(cohort: Cohort): { step?: ServerStep } {
    const fault = planFault(this.#options, cohort.clients.length);
    if (fault) return { step: { abort: { code: fault.code, reason: fault.message } } };
    this.#round = new ServerRound(this.#options, cohort);
    return {};
  }

  message(from: PartyId, message: Message): ServerStep {
    return this.#round?.message(from, message) ?? {};
  }

  left(client: PartyId): ServerStep {
    return this.#round?.lose([client]) ?? {};
  }

  deadline(): ServerStep {
    return this.#round?.deadline() ?? {};
  }
}

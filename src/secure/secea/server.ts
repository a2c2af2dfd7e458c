import { CoterieError } from "../../errors.ts";
import type { Cohort, Combined, ServerHalf, ServerStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { Desk, type Flow, type Happening } from "./desk.ts";
import { attempt } from "./server-attempt.ts";
import type { ServerRegistration } from "./server-registration.ts";
import type { SecEaSettings } from "./settings.ts";
import { planShape } from "./shape.ts";

/** The server of SecEA. From round to round it keeps the registration: not who owns what, which it never knows. */
export class SecEaServer implements ServerHalf {
  readonly #settings: SecEaSettings;
  #registration: ServerRegistration | undefined;
  #attempt: { readonly desk: Desk; readonly flow: Flow<Combined> } | undefined;

  constructor(settings: SecEaSettings) {
    this.#settings = settings;
  }

  open(cohort: Cohort): { readonly step: ServerStep } {
    const desk = new Desk(cohort, this.#settings);
    const keep = (registration: ServerRegistration) => {
      this.#registration = registration;
    };
    this.#attempt = { desk, flow: attempt(desk, this.#registration, keep) };
    // Options that suit no cohort of this size are not tried.
    const check = () => planShape(cohort.clients.length, this.#settings.table.width, this.#settings);
    return { step: this.#happen("news", check) };
  }

  message(from: PartyId, message: Message): ServerStep {
    return this.#happen("news", (desk) => desk.take(from, message));
  }

  left(client: PartyId): ServerStep {
    return this.#happen("news", (desk) => desk.lose([client]));
  }

  deadline(): ServerStep {
    return this.#happen("time");
  }

  snapshot(): unknown {
    return this.#registration;
  }

  restore(state: unknown): void {
    this.#registration = state as ServerRegistration | undefined;
  }

  /** Goes on with the attempt, if it is not over; what makes it impossible ends it. */
  #happen(happening: Happening, before: (desk: Desk) => void = () => {}): ServerStep {
    if (this.#attempt === undefined) return {};
    const { desk, flow } = this.#attempt;
    try {
      before(desk);
      const { done, value } = flow.next(happening);
      if (!done) return desk.takeStep();
      this.#attempt = undefined;
      return { ...desk.takeStep(), result: value };
    } catch (error) {
      if (!(error instanceof CoterieError)) throw error;
      this.#attempt = undefined;
      return { ...desk.takeStep(), abort: { code: error.code, reason: error.message } };
    }
  }
}

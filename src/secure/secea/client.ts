import { addScaled } from "../../federated/add-scaled.ts";
import type { JobResult } from "../../federated/jobs.ts";
import type { ClientContribution, ClientHalf, ClientStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { SecureEnvironment } from "../environment.ts";
import { SealedChannels } from "../sealed-channels.ts";
import { answerAndRetrieve } from "./answering.ts";
import { type Attempt, circleOf, newAttempt, type Self } from "./attempt.ts";
import { copyOf } from "./copy.ts";
import { put } from "./inbox.ts";
import { Refusal } from "./refusal.ts";
import { register } from "./registering.ts";
import { takePart } from "./session.ts";
import { checkHoldings, type SecEaSettings } from "./settings.ts";

/**
 * A client of SecEA. What it is told is put down as it comes; then it goes as far as it can, from registration to
 * measurement. What is not as it must be makes it fall silent for the rest of the attempt, as if it had dropped out.
 */
export class SecEaClient implements ClientHalf {
  #self: Self;
  #attempt: Attempt | undefined;

  /** @throws InputError `secure.parameters` when the client could not ask for all that it owns */
  constructor(me: PartyId, settings: SecEaSettings, env: SecureEnvironment) {
    const holdings = settings.holdings(me);
    checkHoldings(settings, me, holdings);
    const channels = new SealedChannels(env.secrets, env.cryptography);
    this.#self = { me, settings, env, holdings, channels };
  }

  open({ round, attempt, model }: Parameters<ClientHalf["open"]>[0]): ClientStep {
    const registration = this.#attempt?.registration;
    this.#attempt = newAttempt({ round, attempt }, model, registration);
    const key = this.#self.channels.publicKey;
    const tensors = { key, ...(registration && { registration: registration.id }) };
    return { send: [{ to: ["server"], kind: "ready", tensors }] };
  }

  contribute({ update }: ClientContribution): ClientStep {
    const attempt = this.#attempt!;
    attempt.model = addScaled(attempt.model, update, 1);
    attempt.isTrained = true;
    return this.#goOn(attempt);
  }

  message(from: PartyId, message: Message): ClientStep {
    const attempt = this.#attempt;
    if (attempt === undefined) return {};
    return this.#goOn(attempt, () => put(attempt.inbox, from, message));
  }

  done(_: string, result: JobResult): ClientStep {
    const attempt = this.#attempt;
    if (attempt === undefined || result.kind !== "evaluate") return {};
    attempt.measured = result;
    return this.#goOn(attempt);
  }

  /** The client's secret key and what it holds of others: as secret as what they protect. */
  snapshot(): unknown {
    return { channels: this.#self.channels.snapshot(), attempt: copyOf(this.#attempt) };
  }

  restore(state: unknown): void {
    const { channels, attempt } = state as { channels: unknown; attempt: Attempt | undefined };
    const { secrets, cryptography } = this.#self.env;
    this.#self = { ...this.#self, channels: SealedChannels.restore(channels, secrets, cryptography) };
    this.#attempt = copyOf(attempt);
  }

  #goOn(attempt: Attempt, before = () => {}): ClientStep {
    if (attempt.isSilent) return {};
    try {
      before();
      return this.#step(attempt);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      attempt.isSilent = true;
      return { send: [{ to: ["server"], kind: "refuse", body: { reason: error.reason } }] };
    }
  }

  #step(attempt: Attempt): ClientStep {
    const registering = register(this.#self, attempt);
    const { registration } = attempt;
    if (attempt.isSilent || registration === undefined) return { send: registering };
    const circle = circleOf(this.#self, registration, attempt);
    const taking = takePart(this.#self, attempt, registration, circle);
    const answering = attempt.session ? answerAndRetrieve(this.#self, attempt, registration, circle) : {};
    return { ...answering, send: [...registering, ...taking, ...(answering.send ?? [])] };
  }
}

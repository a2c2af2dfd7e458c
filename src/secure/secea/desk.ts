/**
 * Where the server of SecEA deals with its clients in an attempt: who is there, what they have said, and what it has to
 * say. What happens when is written as flows (`agreement.ts`, `server-registration.ts`, `server-attempt.ts`): generators
 * that wait until something is there, or time is up. They live no longer than the attempt; the server's state is taken
 * between rounds.
 */
import { RunError } from "../../errors.ts";
import type { Cohort, Outgoing, ServerStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { isPublicKey } from "../key-agreement.ts";
import { refuseBody } from "./messages.ts";
import { REFUSALS } from "./refusal.ts";
import { note, nothingSaid, type Said } from "./said.ts";
import type { SecEaSettings } from "./settings.ts";
import type { Shape } from "./shape.ts";

/** A client has spoken or left, or time is up for the phase. */
export type Happening = "news" | "time";
export type Flow<T> = Generator<undefined, T, Happening>;

interface Ready {
  readonly key: Uint8Array;
  /** Id of the registration that the client holds. */
  readonly registration: Uint8Array | undefined;
}

interface Seats {
  /** By place. */
  readonly names: readonly PartyId[];
  readonly shape: Shape;
}

export class Desk {
  readonly cohort: Cohort;
  readonly settings: SecEaSettings;
  readonly ready = new Map<PartyId, Ready>();
  readonly said: Said = nothingSaid();
  readonly #gone = new Set<PartyId>();
  #seats: Seats | undefined;
  #send: Outgoing[] = [];
  #rejected: NonNullable<ServerStep["rejected"]>[number][] = [];
  #phase: string | undefined;
  #isDispensable = false;

  constructor(cohort: Cohort, settings: SecEaSettings) {
    this.cohort = cohort;
    this.settings = settings;
  }

  /** From now on clients are known by their places. Those who have not said that they are ready are gone. */
  seat(names: readonly PartyId[], shape: Shape): void {
    this.#seats = { names, shape };
    this.lose(names.filter((client) => !this.ready.has(client)));
  }

  get names(): readonly PartyId[] {
    return this.#seats?.names ?? [];
  }

  isGone(client: PartyId): boolean {
    return this.#gone.has(client);
  }

  /** From now on the round comes to its end without them too, whoever is lost. */
  dispense(): void {
    this.#isDispensable = true;
  }

  /** Places of those who are not gone, ascending. */
  here(): number[] {
    return [...this.names.keys()].filter((place) => !this.#gone.has(this.names[place]));
  }

  /**
   * They are neither waited for nor listened to any more.
   *
   * @throws RunError `secure.dropouts` when too few remain
   */
  lose(clients: readonly PartyId[]): void {
    for (const client of clients) this.#gone.add(client);
    if (this.#seats === undefined || this.#isDispensable) return;
    const here = this.here().length;
    const needed = this.#seats.shape.clients - this.#seats.shape.dropouts;
    if (here >= needed) return;
    throw new RunError(
      "secure.dropouts",
      `Too many clients left or fell silent: of those registered ${here} remain, and ${needed} are needed.`,
    );
  }

  losePlaces(places: readonly number[]): void {
    this.lose(places.map((place) => this.names[place]));
  }

  /** @throws RunError `secure.dropouts` when it is a client too many of whom something is refused */
  take(from: PartyId, message: Message): void {
    if (this.#gone.has(from)) return;
    if (message.kind === "refuse") {
      this.#reject(from, "secure.refused", `The client has fallen silent: ${whyOf(message)}.`);
      return;
    }
    const fault = message.kind === "ready" ? this.#takeReady(from, message) : this.#note(from, message);
    if (fault !== undefined) {
      this.#reject(from, "secure.invalid", `A message was refused: ${fault} is malformed.`);
    }
  }

  tell(places: readonly number[], kind: string, content: Pick<Outgoing, "body" | "tensors">): void {
    if (places.length > 0)
      this.#send.push({ to: places.map((place) => this.names[place]), kind, ...content });
  }

  /** A new phase: time starts afresh. */
  begin(phase: string): void {
    this.#phase = phase;
  }

  /** @returns why it is over */
  *wait(isOver: () => boolean): Flow<Happening> {
    while (!isOver()) if ((yield) === "time") return "time";
    return "news";
  }

  /** What is to be said and done by now. */
  takeStep(): ServerStep {
    const step = {
      send: this.#send,
      ...(this.#rejected.length > 0 && { rejected: this.#rejected }),
      ...(this.#phase !== undefined && { phase: this.#phase }),
    };
    this.#send = [];
    this.#rejected = [];
    this.#phase = undefined;
    return step;
  }

  #takeReady(from: PartyId, { tensors = {} }: Message): string | undefined {
    if (this.ready.has(from)) return undefined;
    const { key, registration } = tensors;
    if (!isPublicKey(key)) return "its key";
    if (registration !== undefined && !(registration instanceof Uint8Array)) return "its registration";
    this.ready.set(from, { key, registration });
    return undefined;
  }

  #note(from: PartyId, message: Message): string | undefined {
    const place = this.names.indexOf(from);
    if (this.#seats === undefined || place < 0) return undefined;
    return note(this.said, place, message, { ...this.#seats, entities: this.settings.table.entities });
  }

  #reject(client: PartyId, code: string, reason: string): void {
    this.#rejected.push({ client, code, reason });
    this.lose([client]);
  }
}

function whyOf({ body }: Message): string {
  const { reason } = refuseBody.safeParse(body).data ?? {};
  return reason === undefined ? "its reason is malformed" : REFUSALS[reason];
}

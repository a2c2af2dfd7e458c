import type { Message } from "../runtime/message.ts";
import type { PartyId } from "../runtime/party.ts";
import { divergedBody } from "./messages.ts";

/** The clients of an attempt at a round who said that their training diverged. */
export class Divergence {
  /** What the first of them said. */
  first: string | undefined;
  readonly #clients = new Set<PartyId>();

  /** @returns what this client says, in words */
  add(client: PartyId, message: Message): string {
    const body = divergedBody.safeParse(message.body);
    const reason = body.success
      ? `the loss of ${client} became ${body.data.loss}`
      : `the update of ${client} is no longer finite`;
    this.first ??= reason;
    this.#clients.add(client);
    return reason;
  }

  /** Whether it is all that anyone had to say: then others may not just have lied, and a new attempt would end the same way. */
  isAllOf(answering: Iterable<PartyId>): boolean {
    return [...answering].every((client) => this.#clients.has(client));
  }
}

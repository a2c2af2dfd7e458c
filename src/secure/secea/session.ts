/**
 * A client's part in a round up to the answers: from the word on who takes part, it makes zero masks if it is one of
 * those who do, and shares its table as soon as it is trained. A client whose training is slow is left out of the sum; it
 * goes on holding the others' shares.
 */
import { RunError } from "../../errors.ts";
import { rowsOf } from "../../federated/embeddings.ts";
import type { Outgoing } from "../../federated/protocol.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { equalBytes } from "../equal-bytes.ts";
import type { Answering } from "./answering.ts";
import type { Attempt, Self } from "./attempt.ts";
import type { Circle } from "./circle.ts";
import { encodeTable, shareTable } from "./embedding-table.ts";
import { carryOn, type Exchange, newExchange, share } from "./exchange.ts";
import { fewestIncluded, maskMakers } from "./exchanges.ts";
import { Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import { queriesOf, type SecEaSettings, scaleOf } from "./settings.ts";
import { transcriptOf } from "./transcript.ts";
import { shareZeroMask } from "./zero-mask.ts";

/** Plain data. */
export interface Session {
  /** Places of those who take part. */
  readonly participants: readonly number[];
  /** A mask for each of them, one after the other. */
  readonly masks: Exchange;
  readonly tables: Exchange;
  /** From the agreement on whose masks and tables count. */
  answering: Answering | undefined;
}

/** Q x w' symbols: of the answers to one client, and of their mask. */
export function answerLength(settings: SecEaSettings, { union, shape }: Registration): number {
  return queriesOf(settings, union.length) * shape.piece;
}

/**
 * As far as it goes by now.
 *
 * @throws Refusal
 */
export function takePart(
  self: Self,
  attempt: Attempt,
  registration: Registration,
  circle: Circle,
): Outgoing[] {
  const { inbox } = attempt;
  const send: Outgoing[] = [];
  if (attempt.session === undefined) {
    const word = inbox.announced.get("begin");
    // It may have overtaken the end of a registration.
    if (word === undefined || !equalBytes(registration.id, word.registration)) return [];
    attempt.session = begin(self, registration, circle, word.participants);
    send.push(...makeMasks(self, attempt.session, registration, circle));
  }
  const { masks, tables } = attempt.session;
  // What is shared when the others have been asked what they hold comes too late for some.
  if (attempt.isTrained && !tables.hasShared && !inbox.awaited.has("tables")) {
    send.push(...shareOwnTable(self, attempt, registration, circle));
  }
  return [...send, ...carryOn(masks, circle, inbox), ...carryOn(tables, circle, inbox)];
}

function begin({ settings }: Self, registration: Registration, circle: Circle, bitmap: unknown): Session {
  const { id, shape, members, union } = registration;
  const participants = fromBitmap(bitmap, circle.names.length);
  const isSound =
    participants?.includes(circle.place) &&
    participants.length >= shape.clients - shape.dropouts &&
    participants.every((place) => members.includes(place));
  if (!participants || !isSound) throw new Refusal("begin");
  const transcript = transcriptOf(id, toBitmap(participants, circle.names.length));
  const exchangeOf = (name: "masks" | "tables", length: number) =>
    newExchange({ name, transcript, length, holders: participants, fewest: fewestIncluded(name, shape) });
  return {
    participants,
    masks: exchangeOf("masks", participants.length * answerLength(settings, registration)),
    tables: exchangeOf("tables", union.length * shape.piece),
    answering: undefined,
  };
}

function makeMasks({ env }: Self, session: Session, { shape }: Registration, circle: Circle): Outgoing[] {
  const { masks, participants } = session;
  if (!maskMakers(participants, shape).includes(circle.place)) return [];
  return share(masks, circle, shareZeroMask(masks.length, shape, env.secrets));
}

/** @throws Refusal when the embeddings are not finite */
function shareOwnTable(self: Self, attempt: Attempt, registration: Registration, circle: Circle): Outgoing[] {
  const { me, settings, holdings, env } = self;
  const { union, shape } = registration;
  const { table } = settings;
  const owned = holdings.entities;
  const embeddings = rowsOf(attempt.model, table, owned);
  const rounding = env.rounding.stream("round", me, attempt.round);
  const quantisation = { bound: settings.bound, scale: scaleOf(settings, shape), random: rounding };
  try {
    const symbols = encodeTable({ union, owned, embeddings, width: table.width }, quantisation);
    return share(attempt.session!.tables, circle, shareTable(symbols, shape, env.secrets));
  } catch (error) {
    if (error instanceof RunError) throw new Refusal("embeddings");
    throw error;
  }
}

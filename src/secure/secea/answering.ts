/**
 * A client's part in a round from the agreement on whose masks and tables count: it answers everyone whose table does,
 * and, if its own does, retrieves its rows, hands them on in its model, and shares what it has measured of that.
 */
import { rowsOf, withRows } from "../../federated/embeddings.ts";
import type { ClientStep, Outgoing } from "../../federated/protocol.ts";
import type { Attempt, Self } from "./attempt.ts";
import { type Circle, openFrom, type Purpose, sealFor } from "./circle.ts";
import { decodeRows } from "./embedding-table.ts";
import {
  carryOn,
  type Exchange,
  inclusionBytes,
  newExchange,
  sealedIn,
  sendSum,
  share,
  sumUp,
} from "./exchange.ts";
import { fewestIncluded } from "./exchanges.ts";
import { encodeMeasurement, MEASUREMENT_SYMBOLS } from "./measurement.ts";
import type { Registration } from "./registration.ts";
import { answer, decodeAnswers } from "./retrieval.ts";
import { answerLength, type Session } from "./session.ts";
import { scaleOf } from "./settings.ts";
import { transcriptOf } from "./transcript.ts";
import { shareLength, shareVector } from "./vector-shares.ts";

/** Plain data. */
export interface Answering extends Purpose {
  readonly name: "answers";
  /** To this client's queries, by place; until they are decoded. */
  readonly answers: Map<number, Uint32Array>;
  hasRetrieved: boolean;
  readonly measures: Exchange;
}

/**
 * As far as it goes by now.
 *
 * @throws Refusal
 */
export function answerAndRetrieve(
  self: Self,
  attempt: Attempt,
  registration: Registration,
  circle: Circle,
): ClientStep {
  const session = attempt.session!;
  const send: Outgoing[] = [];
  if (session.answering === undefined) {
    if (!session.masks.included || !session.tables.included) return {};
    session.answering = answeringOf(session, registration, circle);
    send.push(...answerAll(self, session, session.answering, registration, circle));
  }
  const { answering } = session;
  collectAnswers(self, attempt, answering, registration, circle);
  const retrieved = retrieve(self, attempt, answering, registration);
  send.push(...(retrieved?.send ?? []));
  const { measures } = answering;
  if (attempt.measured !== undefined && !measures.hasShared && !attempt.inbox.awaited.has("measures")) {
    const vector = encodeMeasurement(attempt.measured);
    send.push(...share(measures, circle, shareVector(vector, registration.shape, self.env.secrets)));
  }
  send.push(...carryOn(measures, circle, attempt.inbox), ...sendSum(measures));
  return { ...retrieved, send };
}

function answeringOf(session: Session, { shape }: Registration, circle: Circle): Answering {
  const { masks, tables, participants } = session;
  const agreed = [inclusionBytes(masks, circle), inclusionBytes(tables, circle)];
  const transcript = transcriptOf(tables.transcript, ...agreed);
  const measures = newExchange({
    ...{ name: "measures", transcript, holders: participants },
    ...{ fewest: fewestIncluded("measures", shape), length: shareLength(MEASUREMENT_SYMBOLS, shape) },
  });
  return { name: "answers", transcript, answers: new Map(), hasRetrieved: false, measures };
}

/** Once: then the shares of tables and masks are forgotten. */
function answerAll(
  { settings }: Self,
  { participants, masks, tables }: Session,
  answering: Answering,
  registration: Registration,
  circle: Circle,
): Outgoing[] {
  const length = answerLength(settings, registration);
  const receivers = tables.included!;
  const stored = sumUp(tables);
  const mask = sumUp(masks);
  const send: Outgoing[] = [];
  for (const place of receivers) {
    const from = participants.indexOf(place) * length;
    const symbols = answer(registration.queries.get(place)!, stored, mask.subarray(from, from + length));
    if (place === circle.place) answering.answers.set(place, symbols);
    else send.push(sealFor(circle, answering, place, symbols));
  }
  return [...send, { to: ["server"], kind: "answered", body: { symbols: send.length * length } }];
}

function collectAnswers(
  { settings }: Self,
  { inbox, session }: Attempt,
  answering: Answering,
  registration: Registration,
  circle: Circle,
): void {
  if (answering.hasRetrieved) return;
  const length = answerLength(settings, registration);
  for (const [place, sealed] of sealedIn(inbox, circle, "answers")) {
    if (!session!.participants.includes(place) || answering.answers.has(place)) continue;
    const symbols = openFrom(circle, answering, place, sealed, length);
    if (symbols !== undefined) answering.answers.set(place, symbols);
  }
}

/** The model with the means of all owners for its own entities, as soon as there are enough answers, whichever. */
function retrieve(
  { settings, holdings }: Self,
  attempt: Attempt,
  answering: Answering,
  { shape }: Registration,
): ClientStep | undefined {
  const { answers, hasRetrieved } = answering;
  if (hasRetrieved || answers.size < shape.answers) return undefined;
  const { table } = settings;
  const rows = decodeAnswers(answers, shape);
  const { means, owners } = decodeRows(rows, table.width, scaleOf(settings, shape));
  const own = rowsOf(attempt.model, table, holdings.entities);
  const mixed = own.map((entry, i) => (owners[Math.floor(i / table.width)] > 0 ? means[i] : entry));
  const model = withRows(attempt.model, table, holdings.entities, mixed);
  answering.hasRetrieved = true;
  answers.clear();
  return {
    model,
    jobs: [{ id: "measure", job: { kind: "evaluate", parameters: model, on: holdings.heldOut } }],
    send: [{ to: ["server"], kind: "retrieved" }],
  };
}

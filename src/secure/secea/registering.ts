/**
 * How a registration comes about, at a client: it shares which entities it owns, helps to add up what all have shared,
 * is told the union, and shares its queries. One that is left out, its shares not having come to all, is told nothing
 * more, and has no registration.
 */
import { CoterieError } from "../../errors.ts";
import type { Outgoing } from "../../federated/protocol.ts";
import type { Tensor } from "../../runtime/message.ts";
import { equalBytes } from "../equal-bytes.ts";
import { decodeRoster, type Roster } from "../roster.ts";
import { asBytes } from "../sealed-channels.ts";
import { type Attempt, circleOf, type Self } from "./attempt.ts";
import type { Circle } from "./circle.ts";
import { presence } from "./entity-union.ts";
import { carryOn, type Exchange, inclusionBytes, newExchange, sendSum, share } from "./exchange.ts";
import { fewestIncluded } from "./exchanges.ts";
import { Refusal } from "./refusal.ts";
import { shareQueries } from "./retrieval.ts";
import { queriesOf, type SecEaSettings, shapeOf } from "./settings.ts";
import type { Shape } from "./shape.ts";
import { firstTranscript, transcriptOf } from "./transcript.ts";
import { shareLength, shareVector } from "./vector-shares.ts";

/** Plain data. */
export interface Registering extends Roster {
  readonly shape: Shape;
  readonly presence: Exchange;
  union: Int32Array | undefined;
  /** There is one as soon as there is a union. */
  queries: Exchange | undefined;
  isComplete: boolean;
}

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * As far as it goes by now.
 *
 * @throws Refusal
 */
export function register(self: Self, attempt: Attempt): Outgoing[] {
  const { inbox } = attempt;
  const plan = inbox.announced.get("plan");
  if (plan === undefined || attempt.registering?.isComplete || attempt.session) return [];
  const send: Outgoing[] = [];
  const registering = attempt.registering ?? start(self, attempt, plan);
  const circle = circleOf(self, registering, attempt);
  if (attempt.registering === undefined) {
    attempt.registering = registering;
    send.push(...sharePresence(self, registering, circle));
  }
  send.push(...carryOn(registering.presence, circle, inbox), ...sendSum(registering.presence));
  const announced = inbox.announced.get("union");
  if (announced !== undefined && registering.presence.included && registering.queries === undefined) {
    send.push(...askForOwn(self, registering, circle, announced));
  }
  if (registering.queries === undefined) return send;
  send.push(...carryOn(registering.queries, circle, inbox));
  if (registering.queries.included?.includes(circle.place)) complete(attempt, registering, circle);
  return send;
}

/** From a roster that has this client's key, of as many as the run's options ask for. */
function start({ me, settings, channels }: Self, attempt: Attempt, plan: Tensors): Registering {
  const roster = decodeRoster(plan);
  const key = roster?.keys[roster.names.indexOf(me)];
  if (!roster || !equalBytes(channels.publicKey, key)) throw new Refusal("plan");
  const shape = shapeFor(roster.names.length, settings);
  if (roster.names.length < shape.clients - shape.dropouts) throw new Refusal("plan");
  const presence = newExchange({
    ...{ name: "presence", transcript: firstTranscript(roster, shape, settings, attempt) },
    ...{ holders: [...roster.names.keys()], fewest: fewestIncluded("presence", shape) },
    length: shareLength(settings.table.entities, shape),
  });
  return { ...roster, shape, presence, union: undefined, queries: undefined, isComplete: false };
}

function shapeFor(registered: number, settings: SecEaSettings): Shape {
  try {
    return shapeOf(registered, settings);
  } catch (error) {
    if (error instanceof CoterieError) throw new Refusal("plan");
    throw error;
  }
}

function sharePresence({ settings, holdings, env }: Self, registering: Registering, circle: Circle) {
  const vector = presence(holdings.entities, settings.table.entities, env.secrets);
  return share(registering.presence, circle, shareVector(vector, registering.shape, env.secrets));
}

/** Q queries: one for each entity of its own, and such as ask for nothing. */
function askForOwn(self: Self, registering: Registering, circle: Circle, announced: Tensors): Outgoing[] {
  const { settings, holdings, env } = self;
  const { presence, shape } = registering;
  const { union } = announced;
  if (!isUnion(union, settings.table.entities)) throw new Refusal("union");
  const place = new Map(Array.from(union, (entity, i) => [entity, i]));
  if (!holdings.entities.every((entity) => place.has(entity))) throw new Refusal("union");
  const rows = new Int32Array(queriesOf(settings, union.length)).fill(-1);
  for (const [i, entity] of holdings.entities.entries()) rows[i] = place.get(entity)!;
  registering.union = union;
  const agreed = [inclusionBytes(presence, circle), asBytes(Uint32Array.from(union))];
  registering.queries = newExchange({
    ...{ name: "queries", transcript: transcriptOf(presence.transcript, ...agreed) },
    ...{ holders: presence.included!, fewest: fewestIncluded("queries", shape) },
    length: rows.length * union.length,
  });
  return share(registering.queries, circle, shareQueries(rows, union.length, shape, env.secrets));
}

function isUnion(union: unknown, entities: number): union is Int32Array {
  if (!(union instanceof Int32Array) || union.length === 0) return false;
  return union.every((entity, i) => entity > (i === 0 ? -1 : union[i - 1]) && entity < entities);
}

function complete(attempt: Attempt, registering: Registering, circle: Circle): void {
  const { names, keys, shape } = registering;
  const queries = registering.queries!;
  const members = queries.included!;
  attempt.registration = {
    ...{ names, keys, shape, members, union: registering.union! },
    id: transcriptOf(queries.transcript, inclusionBytes(queries, circle)),
    queries: new Map(members.map((place) => [place, queries.shares.get(place)!])),
  };
  queries.shares.clear();
  registering.isComplete = true;
}

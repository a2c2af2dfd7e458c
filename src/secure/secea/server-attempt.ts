/**
 * An attempt at a round of SecEA as the server sees it, from start to end. Each phase has a deadline of its own:
 *
 * 1. Who is there, and who holds the registration that the server knows?
 * 2. If it does not serve all of them, a new one is made (`server-registration.ts`).
 * 3. `masks`: zero masks are shared, while training goes on. `tables`: so are the tables of those who are trained.
 * 4. `answer`: all answer everyone whose table counts; those retrieve their rows and measure their models.
 * 5. `measures`: what they have measured is summed, if they are enough to hide each other.
 *
 * Those count as dropouts who leave, who do not report or answer in time, or who send what cannot be right; clients that
 * are slow to train or to measure do not. So many as the registration allows may go at any moment.
 */
import { RunError } from "../../errors.ts";
import type { Combined, ContributionMetrics } from "../../federated/protocol.ts";
import type { PartyId } from "../../runtime/party.ts";
import { toBitmap } from "../bitmap.ts";
import { equalBytes } from "../equal-bytes.ts";
import { agree, total } from "./agreement.ts";
import type { Desk, Flow } from "./desk.ts";
import { fewestIncluded, maskMakers } from "./exchanges.ts";
import { figuresOf } from "./figures.ts";
import { decodeMeasurements, MEASUREMENT_SYMBOLS } from "./measurement.ts";
import { register, type ServerRegistration } from "./server-registration.ts";
import { shapeOf } from "./settings.ts";
import type { Shape } from "./shape.ts";

/**
 * @param known the registration of before, if any
 * @param keep is handed a new one as soon as it is complete; it serves also when the attempt fails
 * @throws RunError `secure.dropouts`, `secure.too-few`
 */
export function* attempt(
  desk: Desk,
  known: ServerRegistration | undefined,
  keep: (registration: ServerRegistration) => void,
): Flow<Combined> {
  const { cohort } = desk;
  yield* desk.wait(() => cohort.clients.every((client) => desk.ready.has(client) || desk.isGone(client)));
  const present = cohort.clients.filter((client) => desk.ready.has(client) && !desk.isGone(client));
  const kept = known && serves(known, present, desk) ? known : undefined;
  const names = kept?.names ?? present;
  const shape = shapeOf(names.length, desk.settings);
  desk.seat(names, shape);
  const registration = kept ?? (yield* register(desk, names, shape));
  if (!kept) keep(registration);
  return yield* round(desk, registration, shape, kept === undefined);
}

/** Whether all who are there hold it, and are enough for it. */
function serves({ id, names }: ServerRegistration, present: readonly PartyId[], desk: Desk): boolean {
  const { clients, dropouts } = shapeOf(names.length, desk.settings);
  if (present.length < clients - dropouts) return false;
  return present.every(
    (client) => names.includes(client) && equalBytes(id, desk.ready.get(client)!.registration),
  );
}

function* round(desk: Desk, registration: ServerRegistration, shape: Shape, isNew: boolean): Flow<Combined> {
  const { cohort, said } = desk;
  const participants = desk.here();
  const tensors = { registration: registration.id, participants: toBitmap(participants, desk.names.length) };
  desk.tell(participants, "begin", { tensors });
  yield* agree(desk, {
    ...{ exchange: "masks", senders: maskMakers(participants, shape) },
    fewest: fewestIncluded("masks", shape),
  });
  const fewest = Math.max(cohort.minimum, fewestIncluded("tables", shape));
  const included = yield* agree(desk, {
    ...{ exchange: "tables", senders: participants, fewest },
    enough: Math.max(cohort.target, fewest),
  });
  desk.begin("answer");
  const retrievers = new Set(included);
  const isDone = (place: number) =>
    said.answered.has(place) && (said.retrieved.has(place) || !retrievers.has(place));
  if ((yield* desk.wait(() => desk.here().every(isDone))) === "time") {
    desk.losePlaces(desk.here().filter((place) => !said.answered.has(place)));
  }
  const retrieved = included.filter((place) => said.retrieved.has(place));
  if (retrieved.length === 0) {
    throw new RunError("secure.too-few", "No client has said that it has its rows.");
  }
  // Those who have their rows keep them: whoever goes now is missing in the measurement alone.
  desk.dispense();
  const { measured, metrics } = yield* measure(desk, retrieved, shape);
  return {
    update: new Float32Array(0),
    ...{ contributors: included.map((place) => desk.names[place]), metrics },
    figures: figuresOf(
      desk,
      { participants, included, retrieved: retrieved.length, measured },
      registration,
      shape,
      isNew,
    ),
  };
}

const SHORTAGES: ReadonlySet<string> = new Set(["secure.too-few", "secure.too-few-shares"]);

/** Without metrics when those who have measured are too few to hide each other. */
function* measure(
  desk: Desk,
  senders: readonly number[],
  shape: Shape,
): Flow<{ readonly measured: number; readonly metrics: ContributionMetrics }> {
  try {
    const fewest = fewestIncluded("measures", shape);
    const { length } = yield* agree(desk, { exchange: "measures", senders, fewest });
    const sum = yield* total(desk, "measures", shape, MEASUREMENT_SYMBOLS);
    return { measured: length, metrics: decodeMeasurements(sum) };
  } catch (error) {
    if (error instanceof RunError && SHORTAGES.has(error.code)) return { measured: 0, metrics: {} };
    throw error;
  }
}

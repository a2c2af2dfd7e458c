import { RunError } from "../../errors.ts";
import type { PartyId } from "../../runtime/party.ts";
import { toBitmap } from "../bitmap.ts";
import { encodeRoster } from "../roster.ts";
import { asBytes } from "../sealed-channels.ts";
import { agree, total } from "./agreement.ts";
import type { Desk, Flow } from "./desk.ts";
import { unionOf } from "./entity-union.ts";
import { fewestIncluded } from "./exchanges.ts";
import type { Shape } from "./shape.ts";
import { firstTranscript, transcriptOf } from "./transcript.ts";

/** What the server keeps of a registration, as plain data. */
export interface ServerRegistration {
  readonly id: Uint8Array;
  /** By place. */
  readonly names: readonly PartyId[];
  /** M. */
  readonly union: number;
}

/**
 * Makes a new registration with those who are there: their union, and who has whose queries. Who is left out of it, its
 * shares not having come to all, is lost.
 *
 * @throws RunError `secure.dropouts`, `secure.too-few`
 */
export function* register(desk: Desk, names: readonly PartyId[], shape: Shape): Flow<ServerRegistration> {
  const roster = { names, keys: names.map((client) => desk.ready.get(client)!.key) };
  const everyone = desk.here();
  desk.tell(everyone, "plan", { tensors: encodeRoster(roster) });
  const included = yield* agree(desk, {
    ...{ exchange: "presence", senders: everyone },
    fewest: fewestIncluded("presence", shape),
  });
  desk.losePlaces(everyone.filter((place) => !included.includes(place)));
  const union = unionOf(yield* total(desk, "presence", shape, desk.settings.table.entities));
  if (union.length === 0) {
    throw new RunError("secure.too-few", "No client that takes part owns an entity.");
  }
  desk.tell(desk.here(), "union", { tensors: { union } });
  const members = yield* agree(desk, {
    ...{ exchange: "queries", senders: included },
    fewest: fewestIncluded("queries", shape),
  });
  desk.losePlaces(included.filter((place) => !members.includes(place)));
  const begun = firstTranscript(roster, shape, desk.settings, desk.cohort);
  const places = (of: readonly number[]) => toBitmap(of, names.length);
  const united = transcriptOf(begun, places(included), asBytes(Uint32Array.from(union)));
  return { id: transcriptOf(united, places(members)), names, union: union.length };
}

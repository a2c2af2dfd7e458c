/**
 * The server's part in an exchange (`exchanges.ts`), and in sums of what was shared in it. A share that one of the
 * clients lacks would be missing in its sum alone, and sums of different sets decode to garbage; so clients say what they
 * hold, and only what all of them hold counts.
 */
import { RunError } from "../../errors.ts";
import { toBitmap } from "../bitmap.ts";
import type { Desk, Flow } from "./desk.ts";
import type { ExchangeName } from "./exchanges.ts";
import type { Shape } from "./shape.ts";
import { decodeSums } from "./vector-shares.ts";

interface Terms {
  readonly exchange: ExchangeName;
  /** Places of those who are to send shares. */
  readonly senders: readonly number[];
  /** The fewest of them with whom it can go on. */
  readonly fewest: number;
  /** So many are enough; default all. */
  readonly enough?: number;
}

/**
 * Everyone who is there takes part, also those who send nothing.
 *
 * @returns places of those whose shares count, ascending
 * @throws RunError `secure.too-few`, `secure.dropouts`
 */
export function* agree(desk: Desk, terms: Terms): Flow<readonly number[]> {
  const { exchange, senders, fewest, enough = senders.length } = terms;
  const { shared, held } = { shared: desk.said.shared[exchange], held: desk.said.held[exchange] };
  const isHere = (place: number) => !desk.isGone(desk.names[place]);
  const sharing = () => senders.filter((place) => shared.has(place) && isHere(place));
  desk.begin(exchange);
  yield* desk.wait(
    () => sharing().length >= enough || senders.every((place) => shared.has(place) || !isHere(place)),
  );
  let awaited = sharing();
  const silent = () => desk.here().filter((place) => !held.has(place));
  const ask = () => {
    const bitmap = toBitmap(awaited, desk.names.length);
    desk.tell(silent(), "report", { body: { exchange }, tensors: { awaited: bitmap } });
  };
  desk.begin(`${exchange} reports`);
  ask();
  for (let isLastCall = false; silent().length > 0; ) {
    const happening = yield;
    if (happening === "time" && isLastCall) {
      desk.losePlaces(silent());
    } else if (happening === "time") {
      isLastCall = true;
      awaited = [];
      desk.begin(`${exchange} last call`);
      ask();
    } else if (!awaited.every(isHere)) {
      // What one who is gone has sent may never come.
      awaited = awaited.filter(isHere);
      ask();
    }
  }
  const reports = desk.here().map((place) => held.get(place)!);
  const included = senders.filter((place) => reports.every((report) => report.has(place)));
  if (included.length < fewest) {
    throw new RunError(
      "secure.too-few",
      `Only ${included.length} clients have shared their ${exchange} with all; at least ${fewest} must.`,
    );
  }
  const bitmap = toBitmap(included, desk.names.length);
  desk.tell(desk.here(), "include", { body: { exchange }, tensors: { included: bitmap } });
  return included;
}

/**
 * The sum of the vectors whose shares count, from those sums of shares that come first; any K + T give the same.
 *
 * @param symbols length of a vector
 * @throws RunError `secure.dropouts`; `secure.too-few-shares` where nobody is needed and too few are left
 */
export function* total(
  desk: Desk,
  exchange: "presence" | "measures",
  shape: Shape,
  symbols: number,
): Flow<Uint32Array> {
  const sums = desk.said.sums[exchange];
  const isEnough = () => sums.size >= shape.parts + shape.colluders;
  const silent = () => desk.here().filter((place) => !sums.has(place));
  desk.begin(`${exchange} sum`);
  // Those who remain when time is up have all sent their sums, and are enough where anyone is needed.
  if ((yield* desk.wait(() => isEnough() || silent().length === 0)) === "time") desk.losePlaces(silent());
  return decodeSums(sums, shape, symbols);
}

/**
 * What a round of LightSecAgg can bear, decided before a mask is drawn. N clients are asked; up to `colluders` = T of
 * them may pool what they see with the server; up to `dropouts` = D of them may go at any moment; the masks of the
 * round are undone with the help of any U of them, T < U <= N - D. Masks are cut into K = U - T pieces.
 */
import { InputError } from "../../errors.ts";
import { type SumOptions, type SumSettings, scaleOf, sumSettings } from "../contribution.ts";

export interface LightSecAggOptions {
  /** T: so many clients together with the server learn nothing but the sum; >= 0. */
  readonly colluders: number;
  /** D: so many of the clients asked may leave or fall silent at any moment without harm; >= 0. */
  readonly dropouts: number;
  /** U: whose help undoes the masks. Default N - D, which makes shares smallest; fewer need not wait for so many. */
  readonly survivors?: number;
  /** How updates become numbers that can be summed; of all clients of a round. */
  readonly sum: SumOptions;
}

/** U of a round in which `asked` clients were asked. */
export function survivorsOf(options: LightSecAggOptions, asked: number): number {
  return options.survivors ?? asked - options.dropouts;
}

/**
 * The fewest contributions of so many participants that may be summed: where T are known to the colluders, two remain
 * that hide each other. With noise all but D, or each would have to add as much as half of what is enough.
 */
export function fewestIncluded(
  { colluders, dropouts, sum }: LightSecAggOptions,
  participants: number,
): number {
  return Math.max(sum.noise ? participants - dropouts : 0, colluders + 2);
}

/** How the contributions of so many participants are summed. What T colluders add is no noise to them. */
export function settingsFor(options: LightSecAggOptions, participants: number): SumSettings {
  const honest = fewestIncluded(options, participants) - options.colluders;
  return sumSettings(options.sum, participants, honest);
}

/**
 * @param asked N
 * @throws InputError `secure.parameters` or `secure.precision` when no round of so many clients can run
 */
export function assertPlannable(options: LightSecAggOptions, asked: number): void {
  const { colluders, dropouts, sum } = options;
  const survivors = survivorsOf(options, asked);
  const sure = asked - dropouts;
  const fewest = fewestIncluded(options, asked);
  const fault = ![asked, colluders, dropouts, survivors].every((n) => Number.isSafeInteger(n) && n >= 0)
    ? "colluders, dropouts and survivors must be whole numbers of at least 0"
    : sure < fewest
      ? `${asked} clients less ${dropouts} dropouts are ${sure}, fewer than colluders + 2 = ${fewest}`
      : survivors <= colluders || survivors > sure
        ? `survivors must be more than the ${colluders} colluders and at most clients less dropouts, ${sure}, not ${survivors}`
        : undefined;
  if (fault !== undefined) {
    const remedy = "ask more clients, or change colluders, dropouts or survivors";
    throw new InputError("secure.parameters", `LightSecAgg cannot run: ${fault}; ${remedy}.`);
  }
  // Fewer may take part, and fewer add more noise each: there is to be room for one who adds it all.
  scaleOf(sumSettings(sum, asked, 1));
}

/** What `assertPlannable` would throw, or undefined. */
export function planFault(options: LightSecAggOptions, asked: number): InputError | undefined {
  try {
    assertPlannable(options, asked);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

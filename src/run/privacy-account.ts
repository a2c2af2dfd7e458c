/**
 * What a run has given away of a client so far, followed event by event. Counted are attempts at rounds, not rounds: an
 * attempt may have shown its sum and failed all the same. Each is taken to have shown the sum of the largest cohort so
 * far, and every client to have been in all of them; that a round draws its clients in secret is not made use of.
 */
import { epsilonOf } from "../privacy/renyi.ts";
import { roundedSensitivity, skellamCurve } from "../privacy/skellam-accounting.ts";
import { groupsOf } from "../recipe/protocol-families.ts";
import type { Recipe } from "../recipe/schema.ts";
import { coarsestScale } from "../recipe/secure-options.ts";
import type { EventBody } from "../records/events.ts";

/** A round that failed for these reasons had not come to its sum, in any of the protocols. */
const BEFORE_THE_SUM: ReadonlySet<string> = new Set([
  "secure.parameters",
  "secure.precision",
  "secure.too-few",
]);

/** Sums that an event stands for, or takes back; of a resumed run, those too that the log leaves out. */
export function releasesOf(event: EventBody): number {
  switch (event.kind) {
    case "round-started":
      return 1;
    case "round-failed":
      return BEFORE_THE_SUM.has(event.code) ? -1 : 0;
    case "run-resumed":
      // And one that may have begun when the run was interrupted, and not have come to the log.
      return (event.releases ?? 0) + 1;
    default:
      return 0;
  }
}

/** Clients of an attempt, or of the largest of those that were superseded. */
export function askedIn(event: EventBody): number {
  if (event.kind === "round-started") return event.selected.length;
  return event.kind === "run-resumed" ? (event.asked ?? 0) : 0;
}

export class PrivacyAccount {
  readonly #recipe: Recipe;
  readonly #dimension: number;
  #releases = 0;
  #largest = 1;

  /** @param dimension length of an update */
  constructor(recipe: Recipe, dimension: number) {
    this.#recipe = recipe;
    this.#dimension = dimension;
  }

  /** The event as the log is to have it: a finished round with `epsilon` of everything up to it, where there is noise. */
  noted(event: EventBody): EventBody {
    const { privacy } = this.#recipe;
    if (privacy === null) return event;
    this.#releases += releasesOf(event);
    this.#largest = Math.max(this.#largest, askedIn(event));
    if (event.kind !== "round-finished") return event;
    return { ...event, figures: { ...event.figures, epsilon: this.#epsilon(privacy) } };
  }

  #epsilon(privacy: NonNullable<Recipe["privacy"]>): number {
    const most = Math.ceil(this.#largest / (groupsOf(this.#recipe.protocol) ?? 1));
    // In steps of the coarsest sum, where rounding adds most to what a client can change.
    const clip = privacy.clip * coarsestScale(privacy, most);
    const sensitivity = roundedSensitivity(clip, this.#dimension);
    const curve = skellamCurve((privacy.noise * clip) ** 2, sensitivity);
    return epsilonOf(curve, { releases: this.#releases, delta: privacy.delta });
  }
}

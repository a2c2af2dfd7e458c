/** What cannot be combined with noise for differential privacy. */
import { InputError } from "../errors.ts";
import { answersWanted } from "./check-byzantine.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import { groupsOf, isSecureSum } from "./protocol-families.ts";
import type { Recipe } from "./schema.ts";
import { coarsestScale } from "./secure-options.ts";

export const privacyChecks: readonly Check[] = [
  sumsInSecret,
  oneWeight,
  clipInPlaceOfBound,
  updatesOnly,
  roomForNoise,
];

function sumsInSecret({ privacy, protocol }: Recipe): Problem | undefined {
  if (privacy === null || isSecureSum(protocol)) return undefined;
  return impossible(
    "protocol.kind",
    `under ${privacy.kind} the noise of a client alone hides nothing, that of all is in the secure sum; set protocol.kind to swiftagg-plus, lightsecagg, secagg-plus or secagg instead of ${protocol.kind}, or privacy to null`,
  );
}

/** Clients with many examples would be hidden less than others. */
function oneWeight({ privacy, aggregator }: Recipe): Problem | undefined {
  if (privacy === null || aggregator.kind !== "mean" || aggregator.weights === "uniform") return undefined;
  return impossible(
    "aggregator.weights",
    `${privacy.kind} hides clients that all weigh the same; set aggregator.weights to uniform`,
  );
}

function clipInPlaceOfBound({ privacy, protocol }: Recipe): Problem | undefined {
  if (privacy === null || !isSecureSum(protocol) || protocol.bound === 1) return undefined;
  return impossible(
    "protocol.bound",
    `privacy.clip ${privacy.clip} bounds updates, so that protocol.bound ${protocol.bound} would change nothing; remove it`,
  );
}

function updatesOnly({ privacy, server }: Recipe): Problem | undefined {
  if (privacy === null || server.optimizer.kind !== "scaffold") return undefined;
  return impossible(
    "server.optimizer.kind",
    `scaffold sends control variates, which ${privacy.kind} does not account for; choose another server.optimizer`,
  );
}

/** In the largest sum, even if one client had to add all the noise: what epsilon is reckoned by. */
function roomForNoise(recipe: Recipe): Problem | undefined {
  const { privacy, protocol, select } = recipe;
  if (privacy === null || !isSecureSum(protocol)) return undefined;
  const asked = Math.ceil(answersWanted(recipe) * select.over);
  try {
    coarsestScale(privacy, Math.ceil(asked / (groupsOf(protocol) ?? 1)));
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return impossible(
      "privacy.noise",
      `updates of norm ${privacy.clip} with noise of ${privacy.noise} times that leave no room for sums in the field of 2^31 - 1; lower privacy.noise or privacy.clip, or ask fewer clients`,
    );
  }
}

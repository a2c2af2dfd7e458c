import { expect, test } from "vitest";
import { epsilonOf, gaussianCurve } from "../privacy/renyi.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { EventBody } from "../records/events.ts";
import { PrivacyAccount } from "./privacy-account.ts";
import { privacyClaim } from "./privacy-claim.ts";

const DIMENSION = 1000;

const recipe = (change: Partial<RecipeInput> = {}) =>
  completeRecipe({
    ...{ name: "noisy", task: "mnist-mlp", data: { dataset: "mnist" }, clients: 20, rounds: 30 },
    aggregator: { weights: "uniform" },
    protocol: { kind: "swiftagg-plus", colluders: 4, dropouts: 3 },
    privacy: { kind: "distributed-skellam", clip: 1, noise: 2 },
    ...change,
  });

const started = (selected = 20): EventBody => ({
  ...{ kind: "round-started", round: 1, attempt: 1 },
  selected: Array.from({ length: selected }, (_, i) => `client-${i}`),
});
const failed = (code: string): EventBody => ({
  kind: "round-failed",
  round: 1,
  attempt: 1,
  code,
  reason: "",
});
const finished = { kind: "round-finished", round: 1, figures: { included: 20 } } as unknown as EventBody;

/** Epsilon that the last of the events, a finished round, is noted with. */
function epsilonAfter(events: readonly EventBody[], of = recipe()): number {
  const account = new PrivacyAccount(of, DIMENSION);
  const noted = events.map((event) => account.noted(event)).at(-1)!;
  return (noted as unknown as { figures: { epsilon: number } }).figures.epsilon;
}

/** As Gaussian noise, which Skellam noise in fine steps nearly is. */
const gaussian = (releases: number) => epsilonOf(gaussianCurve(2), { releases, delta: 1e-5 });

test("every attempt costs, finished or failed, but for those that failed before their sum", () => {
  const attempts = [
    [started(), finished],
    [started(), finished, started(), finished],
    [started(), failed("secure.dropouts"), started(), finished],
    [started(), failed("round.unfinished"), started(), failed("secure.no-weight"), started(), finished],
    [started(), failed("secure.too-few"), started(), failed("secure.parameters"), started(), finished],
  ];
  expect(attempts.map((events) => epsilonAfter(events))).toEqual(
    [1, 2, 2, 3, 1].map((releases) => expect.closeTo(gaussian(releases), 3)),
  );
});

test("Skellam noise costs a little more than Gaussian noise, the more the coarser the steps", () => {
  const one = epsilonAfter([started(), finished]);
  expect(one).toBeGreaterThan(gaussian(1));
  expect(epsilonAfter([started(60), finished])).toBeGreaterThan(one);
  // A group is a sum of its own.
  const groups = recipe({
    aggregator: { kind: "median", byzantine: 1 },
    protocol: { kind: "lightsecagg", colluders: 0, dropouts: 0, groups: 3 },
  });
  expect(epsilonAfter([started(60), finished], groups)).toBe(one);
});

test("other figures stay, other events too, and without noise there is nothing to note", () => {
  const account = new PrivacyAccount(recipe(), DIMENSION);
  const event = started();
  expect(account.noted(event)).toBe(event);
  expect(account.noted(finished)).toMatchObject({ figures: { included: 20 } });
  expect(new PrivacyAccount(recipe({ privacy: null }), DIMENSION).noted(finished)).toBe(finished);
});

test("what a run claims names its conditions", () => {
  const rounds = [{ figures: { epsilon: 3 } }, { figures: { epsilon: 4 } }] as never;
  expect(privacyClaim(recipe({ privacy: null }), rounds)).toBeNull();
  expect(privacyClaim(recipe(), rounds)).toMatchObject({ unit: "client", epsilon: 4, delta: 1e-5 });
  const conditions = (change: Partial<RecipeInput>) =>
    privacyClaim(recipe(change), rounds)!.assumptions.join(" ");
  expect(conditions({})).toContain("it and up to 4 clients pool");
  expect(conditions({ protocol: { kind: "secagg-plus", corruptFraction: 0.29 } })).toContain(
    "up to 29 % (rounded down) of those who take part in an attempt",
  );
});

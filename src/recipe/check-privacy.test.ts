import { expect, test } from "vitest";
import { refusal } from "./testing/refusal.ts";

const swiftagg = "protocol: { kind: swiftagg-plus, colluders: 4, dropouts: 3 }";
const uniform = "aggregator: { weights: uniform }";
const privacy = "privacy: { kind: distributed-skellam, clip: 1, noise: 0.5 }";

test.each([
  [
    "noise without a secure sum",
    `${uniform}\n${privacy}`,
    "under distributed-skellam the noise of a client alone hides nothing, that of all is in the secure sum; set protocol.kind to swiftagg-plus, lightsecagg, secagg-plus or secagg instead of plain, or privacy to null",
  ],
  [
    "weights by examples",
    `${swiftagg}\n${privacy}`,
    "distributed-skellam hides clients that all weigh the same; set aggregator.weights to uniform",
  ],
  [
    "two bounds",
    `protocol: { kind: lightsecagg, colluders: 4, dropouts: 3, bound: 0.5 }\n${uniform}\n${privacy}`,
    "privacy.clip 1 bounds updates, so that protocol.bound 0.5 would change nothing; remove it",
  ],
  [
    "control variates",
    `${swiftagg}\n${uniform}\n${privacy}\nserver: { optimizer: { kind: scaffold } }`,
    "scaffold sends control variates, which distributed-skellam does not account for; choose another server.optimizer",
  ],
  [
    "noise beyond the field",
    `${swiftagg}\n${uniform}\nprivacy: { kind: distributed-skellam, clip: 1e6, noise: 100 }`,
    "updates of norm 1000000 with noise of 100 times that leave no room for sums in the field of 2^31 - 1; lower privacy.noise or privacy.clip, or ask fewer clients",
  ],
  [
    "measurements in the clear",
    `${swiftagg}\n${uniform}\n${privacy}\nevaluate: { clients: true }`,
    "what clients measure would travel in the clear beside swiftagg-plus; set evaluate.clients to false",
  ],
  [
    "another kind",
    "privacy: { kind: gaussian, clip: 1 }",
    'privacy.kind "gaussian" is not offered by this version; available: distributed-skellam',
  ],
  [
    "certain failure",
    `${swiftagg}\n${uniform}\nprivacy: { kind: distributed-skellam, clip: 1, noise: 1, delta: 1 }`,
    "privacy.delta must be less than 1, not 1",
  ],
])("refuses %s", (_, lines, message) => {
  expect(refusal(lines)).toBe(message);
});

test.each([
  `${swiftagg}\n${uniform}`,
  `protocol: { kind: lightsecagg, colluders: 4, dropouts: 3 }\n${uniform}`,
  `protocol: { kind: secagg-plus }\n${uniform}`,
  "protocol: { kind: lightsecagg, colluders: 1, dropouts: 1, groups: 4 }\naggregator: { kind: median, byzantine: 1 }",
])("accepts %s", (lines) => {
  expect(refusal(`${lines}\n${privacy}`)).toBe("");
});

import { expect, test } from "vitest";
import { refusal } from "./testing/refusal.ts";

const swiftagg = "protocol: { kind: swiftagg-plus, colluders: 4, dropouts: 3 }";

test.each([
  [
    "a rule that must see single updates",
    `${swiftagg}\naggregator: { kind: krum, byzantine: 3 }`,
    "krum compares single updates, and under swiftagg-plus the server sees nothing but their sum; set aggregator.kind to mean, protocol.kind to plain, or protocol.groups to compare the means of so many groups",
  ],
  [
    "groups without a rule",
    "protocol: { kind: swiftagg-plus, colluders: 1, dropouts: 1, groups: 4 }",
    "the mean of groups' means is less private than one mean of all and no more robust; choose a robust aggregator, or remove protocol.groups",
  ],
  [
    "more groups than clients",
    "protocol: { kind: swiftagg-plus, colluders: 0, dropouts: 0, groups: 30 }\naggregator: { kind: median, byzantine: 1 }",
    "protocol.groups is 30, but 20 clients are asked; lower it, or raise clients or select.fraction",
  ],
  [
    "over-selection in groups",
    "protocol: { kind: swiftagg-plus, colluders: 0, dropouts: 1, groups: 3 }\naggregator: { kind: median, byzantine: 1 }\nselect: { fraction: 0.5, over: 1.3 }",
    "with protocol.groups every group waits for all its clients, so that select.over 1.3 would gain nothing; set it to 1",
  ],
  [
    "too few groups for the rule",
    "protocol: { kind: swiftagg-plus, colluders: 1, dropouts: 1, groups: 4 }\naggregator: { kind: krum, byzantine: 1 }",
    "krum with byzantine 1 needs 5 updates a round (n >= 2f + 3), but there are 4 groups; lower aggregator.byzantine to 0, or raise protocol.groups",
  ],
  [
    "suspects that are groups",
    "protocol: { kind: swiftagg-plus, colluders: 1, dropouts: 1, groups: 5 }\naggregator: { kind: auror, byzantine: 1, threshold: 0.1 }",
    "auror judges clients, and across groups there are only means of new groups in every round; choose another aggregator",
  ],
  [
    "lies that no field has",
    `${swiftagg}\nadversary: { kind: constant, fraction: 0.1, value: nan }`,
    "under swiftagg-plus updates are whole numbers of a finite field, which has no nan; set adversary.value to zero",
  ],
  [
    "measurements in the clear",
    `${swiftagg}\nevaluate: { clients: true }`,
    "what clients measure would travel in the clear beside swiftagg-plus; set evaluate.clients to false",
  ],
])("refuses %s", (_, lines, message) => {
  expect(refusal(lines)).toBe(message);
});

test.each([
  ["swiftagg-plus", "protocol: { kind: swiftagg-plus, colluders: 15, dropouts: 5 }"],
  ["lightsecagg", "protocol: { kind: lightsecagg, colluders: 15, dropouts: 5 }"],
  ["secagg", "protocol: { kind: secagg, corruptFraction: 0.6, dropoutFraction: 0.5 }"],
])("%s itself says how many clients it needs", (_, lines) => {
  expect(refusal(lines)).toMatch(/cannot run: .*; (ask|make)/);
});

test.each([
  swiftagg,
  "protocol: { kind: lightsecagg, colluders: 4, dropouts: 3 }",
  "protocol: { kind: secagg-plus }",
  "protocol: { kind: lightsecagg, colluders: 1, dropouts: 1, groups: 5 }\naggregator: { kind: median, byzantine: 2 }",
  `${swiftagg}\nadversary: { kind: alie, fraction: 0.2 }`,
])("accepts %s", (lines) => {
  expect(refusal(lines)).toBe("");
});

import { expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { parseRecipe } from "./parse.ts";

function refusal(lines: string): string {
  const text = `name: r\ntask: mnist-mlp\ndata: { dataset: mnist }\nclients: 20\nrounds: 3\n${lines}\n`;
  try {
    parseRecipe(text, { file: "r.yaml", overrides: [] });
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(/^r\.yaml:\d+:\d+: /, "");
    throw error;
  }
  return "";
}

const swiftagg = "protocol: { kind: swiftagg-plus, colluders: 4, dropouts: 3 }";

test.each([
  [
    "a rule that must see single updates",
    `${swiftagg}\naggregator: { kind: krum, byzantine: 3 }`,
    "krum compares single updates, and under swiftagg-plus the server sees nothing but their sum; set aggregator.kind to mean, or protocol.kind to plain",
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
  `${swiftagg}\nadversary: { kind: alie, fraction: 0.2 }`,
])("accepts %s", (lines) => {
  expect(refusal(lines)).toBe("");
});

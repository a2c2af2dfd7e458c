/** A plan as a server sends it, and plans that a server should not send. */
import { describe, expect, test } from "vitest";
import { examplesOfFacts } from "../data/facts/fact.ts";
import { decodeMessage, encodeMessage } from "../runtime/wire/frame.ts";
import { decodePlan } from "./decode-plan.ts";
import { ownEmbeddings } from "./own-embeddings.ts";
import { encodePlan, type PlanParts, type RunPlan } from "./run-plan.ts";
import { ringPlan } from "./testing/ring-plan.ts";

const SERVER = "S".repeat(43);
const { plan, parts, vocabulary, trial } = ringPlan();
const where = plan.embeddings!;
/** Through bytes. */
const received = (change: object = {}, otherParts: Partial<PlanParts> = {}) =>
  decodePlan(
    decodeMessage(encodeMessage(encodePlan({ ...plan, ...change } as RunPlan, { ...parts, ...otherParts }))),
    SERVER,
  );

test("what is sent is what comes", () => {
  expect(received()).toEqual({ server: SERVER, plan, ...parts });
  expect(received({}, { trial: undefined }).trial).toBeUndefined();
});

test("a client owns what its examples speak of", () => {
  const own = ownEmbeddings(received(), trial)!;
  expect(own.table).toEqual({ offset: 0, entities: 12, width: 32 });
  expect(own.holdings()).toEqual({ entities: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), heldOut: "test" });
});

test("a client that owns more than it may ask for hears what to do", () => {
  const protocol = { ...plan.protocol, queries: 8 };
  expect(() => ownEmbeddings(received({ protocol }), trial)).toThrow(
    expect.objectContaining({
      code: "protocol.queries",
      message:
        "Your data speak of 9 entities, and this run lets a client ask for 8: bring fewer facts, or ask its operator for protocol.queries of at least 9.",
    }),
  );
});

describe("is refused", () => {
  const sliced = (change: object) => ({ trial: { ...trial, ...change } });
  const bad: readonly (readonly [what: string, change: () => object, parts: () => Partial<PlanParts>])[] = [
    ["control characters in a name", () => ({ run: "ring\u001b[2J" }), () => ({})],
    ["another length", () => ({ dimension: plan.dimension + 1 }), () => ({})],
    [
      "fewer entities than the programs have",
      () => ({ data: { ...plan.data, entities: plan.data.entities.slice(1) } }),
      () => ({}),
    ],
    ["more relations", () => ({ data: { ...plan.data, relations: ["r", "s", "t"] } }), () => ({})],
    ["no embeddings", () => ({ embeddings: null }), () => ({})],
    [
      "embeddings of a parameter that is not there",
      () => ({ embeddings: { ...where, parameter: "none" } }),
      () => ({}),
    ],
    ["embeddings of relations", () => ({ embeddings: { ...where, parameter: "relations" } }), () => ({})],
    ["a column of relations", () => ({ embeddings: { ...where, columns: [1] } }), () => ({})],
    ["a column beyond the examples", () => ({ embeddings: { ...where, columns: [2] } }), () => ({})],
    ["a column far beyond", () => ({ embeddings: { ...where, columns: [2 ** 53 - 1] } }), () => ({})],
    ["a column twice", () => ({ embeddings: { ...where, columns: [0, 0] } }), () => ({})],
    ["nothing held out", () => ({ data: { ...plan.data, holdOut: false } }), () => ({})],
    ["no first model", () => ({}), () => ({ initial: undefined })],
    ["a first model that is too short", () => ({}), () => ({ initial: parts.initial!.slice(1) })],
    ["a first model that is not finite", () => ({}), () => ({ initial: parts.initial!.with(5, Number.NaN) })],
    ["models of their own under a protocol without", () => ({ protocol: { kind: "plain" } }), () => ({})],
    [
      "a first model alone under such a protocol",
      () => ({ protocol: { kind: "plain" }, embeddings: null }),
      () => ({ initial: parts.initial!.slice(1) }),
    ],
    ["dealt examples with nothing held out", () => ({}), () => ({ trial: { examples: trial.examples } })],
    ["no dealt examples at all", () => ({}), () => sliced({ examples: examplesOfFacts([], vocabulary) })],
    [
      "dealt examples of an entity that is not there",
      () => ({}),
      () => sliced({ examples: examplesOfFacts([{ head: 12, relation: 0, tail: 1 }], vocabulary) }),
    ],
    [
      "dealt examples that are answered by none",
      () => ({}),
      () => sliced({ heldOut: examplesOfFacts([{ head: 1, relation: 0, tail: 12 }], vocabulary) }),
    ],
    [
      "a half entity",
      () => ({}),
      () =>
        sliced({ examples: { ...trial.examples, features: trial.examples.features.map((x) => x + 0.5) } }),
    ],
  ];

  test.each(bad)("%s", (_, change, others) => {
    expect(() => received(change(), others())).toThrow(
      expect.objectContaining({ name: "InputError", code: "join.plan" }),
    );
  });

  test("what is no plan", () => {
    for (const tensors of [undefined, {}, { plan: new Uint8Array(3), programs: new Uint8Array(3) }]) {
      expect(() => decodePlan({ kind: "plan", round: 0, ...(tensors && { tensors }) }, SERVER)).toThrow(
        expect.objectContaining({ code: "join.plan" }),
      );
    }
  });
});

import type { FactsPlan } from "../../data/data-plan.ts";
import { examplesOfFacts, rangesOf } from "../../data/facts/fact.ts";
import { createProgramBundle } from "../../learn/create-program-bundle.ts";
import { initialParameters } from "../../learn/parameters.ts";
import { decodeProgramBundle, encodeProgramBundle } from "../../learn/program-bundle.ts";
import { findTask } from "../../learn/tasks/registry.ts";
import { localWorkOf } from "../../recipe/components.ts";
import { completeRecipe } from "../../recipe/index.ts";
import type { PlanParts, RunPlan } from "../run-plan.ts";

const entities = Array.from({ length: 12 }, (_, k) => `e${k}`);
const relations = ["r", "s"];
const vocabulary = { entities: entities.length, relations: relations.length };
/** A ring, two thirds of which a client trains on. */
const facts = entities.map((_, k) => ({ head: k, relation: k % 2, tail: (k + 1) % entities.length }));
const trial = {
  examples: examplesOfFacts(facts.slice(0, 8), vocabulary),
  heldOut: examplesOfFacts(facts.slice(1, 3), vocabulary),
};

const recipe = completeRecipe({
  name: "ring",
  task: "facts-distmult",
  data: { facts: "ring.csv" },
  clients: 2,
  rounds: 1,
  protocol: { kind: "secea", colluders: 0, dropouts: 0, queries: 10 },
});

/** A plan for clients with models of their own, and what goes with it. */
export function ringPlan() {
  const { task } = findTask(recipe.task);
  const spec = { shape: [2], classes: entities.length, ranges: rangesOf(vocabulary) };
  const made = createProgramBundle({ task, spec, work: localWorkOf(recipe) });
  const bundle = decodeProgramBundle(encodeProgramBundle(made));
  const initial = initialParameters(task, spec, 1);
  const parts = { bundle, initial, trial } satisfies PlanParts;
  const { rounds, deadline, seed, protocol, aggregator, privacy } = recipe;
  const data: FactsPlan = { kind: "facts", entities, relations, holdOut: true };
  const plan = {
    ...{ version: 1 as const, run: "ring-1", recipe: "ring", rounds, checkpointEvery: 1, deadline, seed },
    ...{ dimension: initial.length, protocol, aggregator, privacy, embeddings: task.embeddings! },
    data,
  } satisfies RunPlan;
  return { plan, parts, vocabulary, trial };
}

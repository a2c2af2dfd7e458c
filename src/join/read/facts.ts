import type { ReadData } from "../../data/client-data.ts";
import type { FactsPlan } from "../../data/data-plan.ts";
import type { StatedFacts } from "../../data/facts/csv.ts";
import { distinctFacts, examplesOfFacts, type Fact } from "../../data/facts/fact.ts";
import { splitFacts } from "../../data/facts/hold-out.ts";
import { renumbered } from "../../data/facts/renumber.ts";
import { shortened } from "../../data/facts/shortened.ts";
import { InputError } from "../../errors.ts";

/**
 * A client's own facts by the numbers that the run gives to names, where the plan says so some of them held out
 * (`splitFacts`) for the client's own model to be measured on. Facts that name what the run does not know are left out.
 * @throws InputError `data.client.nothing` when none is left, `data.client.few` when none can be held out
 */
export function readFacts(plan: FactsPlan, stated: StatedFacts): ReadData {
  const { file } = stated;
  const all = renumbered(stated, plan);
  const known = all.filter((fact) => fact !== undefined);
  if (known.length === 0) {
    throw new InputError(
      "data.client.nothing",
      `There is nothing in ${file} that this run can learn from: it does not know what the facts name, such as ` +
        `${unknownName(plan, stated, 0)}; spell names as the run does.`,
      { at: file },
    );
  }
  const vocabulary = { entities: plan.entities.length, relations: plan.relations.length };
  const { train, test } = plan.holdOut ? splitFacts(known) : { train: distinctFacts(known), test: [] };
  if (plan.holdOut && test.length === 0) {
    throw new InputError(
      "data.client.few",
      `${file} holds too few facts that this run knows, or they overlap too little: a client's own model is measured on ` +
        "some that it does not train on, and each is the last of what is known of an entity or of a relation; bring " +
        "more facts about the same things.",
      { at: file },
    );
  }
  return {
    examples: examplesOfFacts(train, vocabulary),
    ...(plan.holdOut && { heldOut: examplesOfFacts(test, vocabulary) }),
    notes: [...stated.notes, ...notesOnUnknown(plan, stated, all)],
  };
}

function notesOnUnknown(
  plan: FactsPlan,
  stated: StatedFacts,
  facts: readonly (Fact | undefined)[],
): string[] {
  const count = facts.filter((fact) => fact === undefined).length;
  if (count === 0) return [];
  const first = unknownName(plan, stated, facts.indexOf(undefined));
  return [
    count === 1
      ? `1 fact is left out because the run does not know what it names: ${first}.`
      : `${count} facts are left out because the run does not know what they name, such as ${first}.`,
  ];
}

/** What of this row's names the run does not know, and where it stands. */
function unknownName(
  plan: FactsPlan,
  { entities, relations, facts, lines }: StatedFacts,
  row: number,
): string {
  const { head, relation, tail } = facts[row];
  const entity = [entities[head], entities[tail]].find((name) => !plan.entities.includes(name));
  return `${JSON.stringify(shortened(entity ?? relations[relation]))} in line ${lines[row]}`;
}

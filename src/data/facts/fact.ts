import { allocate } from "../allocate.ts";
import type { Examples } from "../examples.ts";

/** A relation that there is from one entity to another, by their numbers. */
export interface Fact {
  readonly head: number;
  readonly relation: number;
  readonly tail: number;
}

/** How many there are to number; relations without the ways back. */
export interface Vocabulary {
  readonly entities: number;
  readonly relations: number;
}

/** Most entities of a run: every example is scored against all of them. */
export const mostEntities = 100_000;
/** Most relations of a run, without the ways back. */
export const mostRelations = 10_000;
/** Most characters of the name of an entity, a relation or an owner. */
export const longestName = 200;

/**
 * Two examples a fact: from head to tail, and back as a relation of its own, so that rows are [head, relation] with the
 * class `tail` and [tail, relation + relations] with the class `head`.
 */
export function examplesOfFacts(facts: readonly Fact[], { entities, relations }: Vocabulary): Examples {
  const features = new Float32Array(allocate(4 * 4 * facts.length));
  const labels = new Int32Array(allocate(4 * 2 * facts.length));
  for (const [i, { head, relation, tail }] of facts.entries()) {
    features.set([head, relation, tail, relation + relations], 4 * i);
    labels.set([tail, head], 2 * i);
  }
  return { features, scale: 1, shape: [2], labels, classes: entities };
}

/** Of the features of such examples: how many things each can name. */
export function rangesOf({ entities, relations }: Vocabulary): readonly [number, number] {
  return [entities, 2 * relations];
}

/** An order of facts: by head, relation and tail. 0 for the same fact. */
export function compareFacts(a: Fact, b: Fact): number {
  return a.head - b.head || a.relation - b.relation || a.tail - b.tail;
}

/** Every fact once, in their order. */
export function distinctFacts<F extends Fact>(facts: readonly F[]): F[] {
  const ordered = facts.toSorted(compareFacts);
  return ordered.filter((fact, i) => i === 0 || compareFacts(ordered[i - 1], fact) !== 0);
}

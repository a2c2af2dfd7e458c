/** What was made of the data that were given, in figures for the page; the data themselves stay in the worker. */
import type { ClientData } from "../../src/data/client-data.ts";
import type { DataPlan } from "../../src/data/data-plan.ts";
import type { Examples } from "../../src/data/examples.ts";

export interface DataSummary {
  readonly source: "own" | "trial";
  /** To train on. */
  readonly examples: number;
  readonly content: ClassCounts | FactCounts;
  readonly notes: readonly string[];
}

/** Examples of each class, in label order. */
interface ClassCounts {
  readonly kind: "classes";
  readonly counts: readonly number[];
}

/** A fact is one, however many examples it makes. */
export interface FactCounts {
  readonly kind: "facts";
  /** With those that are held out. */
  readonly facts: number;
  /** The own model is measured on, and not trained on; absent where nothing is held out. */
  readonly heldOut?: number;
  /** Of which the others speak. */
  readonly entities: number;
  readonly relations: number;
  /** How many the run knows. */
  readonly known: { readonly entities: number; readonly relations: number };
}

export function contentOf({ examples, heldOut }: ClientData, plan: DataPlan): DataSummary["content"] {
  if (plan.kind !== "facts") return { kind: "classes", counts: classCounts(examples) };
  const known = { entities: plan.entities.length, relations: plan.relations.length };
  const spoken = { entities: new Set<number>(), relations: new Set<number>() };
  const facts = factNumbers(examples, known);
  const held = heldOut ? factNumbers(heldOut, known) : new Float64Array(0);
  for (let row = 0; row < examples.labels.length; row++) {
    const [entity, way] = examples.features.subarray(2 * row, 2 * row + 2);
    spoken.entities.add(entity).add(examples.labels[row]);
    spoken.relations.add(way % known.relations);
  }
  return {
    ...{ kind: "facts", known },
    facts: distinct(concatenated(facts, held)),
    ...(heldOut && { heldOut: distinct(held) }),
    entities: spoken.entities.size,
    relations: spoken.relations.size,
  };
}

function classCounts({ labels, classes }: Examples): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** For each example a number of its fact, the same for both ways to ask for it; exact below 2^53. */
function factNumbers(
  { features, labels }: Examples,
  { entities, relations }: FactCounts["known"],
): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    const [entity, way] = features.subarray(2 * row, 2 * row + 2);
    const [head, tail] = way < relations ? [entity, label] : [label, entity];
    return ((way % relations) * entities + head) * entities + tail;
  });
}

function concatenated(one: Float64Array, other: Float64Array): Float64Array {
  const all = new Float64Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function distinct(numbers: Float64Array): number {
  return numbers.toSorted().reduce((count, number, i, sorted) => count + Number(number !== sorted[i - 1]), 0);
}

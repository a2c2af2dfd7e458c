import { SimulationRandom } from "../../numeric/random.ts";
import { compareFacts, type Fact } from "./fact.ts";

export interface FactSplit<F extends Fact> {
  readonly train: readonly F[];
  /** They speak only of entities and relations that the training facts speak of. */
  readonly test: readonly F[];
}

const HELD_OUT = 0.1;
/** Draws what is held out, the same in every run and at every client. */
const SEED = 1;

/**
 * Holds some of these facts out: the same ones in whatever order they are given, and however often each is.
 * @returns no `test` only when there is no fact that the others could do without, as {@link holdOut}
 */
export function splitFacts<F extends Fact>(facts: readonly F[]): FactSplit<F> {
  const ordered = facts.toSorted(compareFacts);
  const distinct = ordered.filter((fact, i) => i === 0 || compareFacts(ordered[i - 1], fact) !== 0);
  return holdOut(distinct, SimulationRandom.fromSeed(SEED).stream("facts"));
}

/**
 * Holds out a tenth of each relation, in a drawn order, but never the last of what is known of an entity. Of so few that
 * this holds out none, the first drawn one is that is not the last of its relation either.
 * @param facts distinct; their order decides, too
 */
export function holdOut<F extends Fact>(facts: readonly F[], random: SimulationRandom): FactSplit<F> {
  const shuffled = random.shuffle([...facts]);
  const mentions = new Mentions(facts);
  const wanted = new Map<number, number>();
  for (const { relation } of facts) wanted.set(relation, (wanted.get(relation) ?? 0) + HELD_OUT);
  const train: F[] = [];
  const test: F[] = [];
  for (const fact of shuffled) {
    const left = wanted.get(fact.relation)!;
    const isHeldOut = left >= 0.5 && mentions.canSpare(fact);
    (isHeldOut ? test : train).push(fact);
    if (!isHeldOut) continue;
    wanted.set(fact.relation, left - 1);
    mentions.remove(fact);
  }
  return test.length > 0 ? { train, test } : holdOutOne(shuffled, mentions);
}

function holdOutOne<F extends Fact>(facts: readonly F[], mentions: Mentions): FactSplit<F> {
  const counts = new Map<number, number>();
  for (const { relation } of facts) counts.set(relation, (counts.get(relation) ?? 0) + 1);
  const spare = facts.find((fact) => counts.get(fact.relation)! > 1 && mentions.canSpare(fact));
  return { train: facts.filter((fact) => fact !== spare), test: spare === undefined ? [] : [spare] };
}

/** How often each entity is spoken of in what is left for training. */
class Mentions {
  readonly #counts = new Map<number, number>();

  constructor(facts: readonly Fact[]) {
    for (const fact of facts) this.#add(fact, 1);
  }

  /** Whether both entities are spoken of elsewhere. */
  canSpare({ head, tail }: Fact): boolean {
    const own = head === tail ? 2 : 1;
    return this.#counts.get(head)! > own && this.#counts.get(tail)! > own;
  }

  remove(fact: Fact): void {
    this.#add(fact, -1);
  }

  #add({ head, tail }: Fact, n: number): void {
    for (const entity of [head, tail]) this.#counts.set(entity, (this.#counts.get(entity) ?? 0) + n);
  }
}

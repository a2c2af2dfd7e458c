import { SimulationRandom } from "../../numeric/random.ts";
import { distinctFacts, type Fact } from "./fact.ts";
import { Mentions } from "./mentions.ts";

export interface FactSplit<F extends Fact> {
  readonly train: readonly F[];
  /** They speak only of entities and relations that the training facts speak of. */
  readonly test: readonly F[];
}

const HELD_OUT = 0.1;
/** The same in every run and at every client. */
const draws = SimulationRandom.fromSeed(1).stream("facts");

/**
 * Holds about a tenth of these facts out, in an order that is always the same, but never the last of what is known of an
 * entity or of a relation. Which facts may be held out follows from each fact alone ({@link drawnNumber}), so that what
 * one client is measured on another does not train on, as far as its other facts allow, nor the same client when it comes
 * back with more of them. A fact and its reverse are held out together or not at all. Where no fact of the tenth can be
 * spared, the first one beyond it is that can.
 * @param facts by the numbers that the run gives to entities and relations
 * @returns each fact once, in their own order; no `test` only when the others could do without none
 */
export function splitFacts<F extends Fact>(facts: readonly F[]): FactSplit<F> {
  const distinct = distinctFacts(facts);
  const left = new Mentions(distinct);
  // Each one that is spared leaves less to spare for those behind it.
  const spare = (together: readonly F[]) => left.spare(together);
  const tenth = distinct.filter((fact) => drawnNumber(fact) < HELD_OUT);
  const spared = inDrawnOrder(tenth).filter(spare);
  const heldOut = new Set(spared.length > 0 ? spared.flat() : inDrawnOrder(distinct).find(spare));
  return {
    train: distinct.filter((fact) => !heldOut.has(fact)),
    test: distinct.filter((fact) => heldOut.has(fact)),
  };
}

/** Facts of the same number together, the smallest number first. */
function inDrawnOrder<F extends Fact>(facts: readonly F[]): F[][] {
  return [...Map.groupBy(facts, drawnNumber)].sort(([a], [b]) => a - b).map(([, together]) => together);
}

/** A number in [0, 1) for the fact and its reverse: the same in every run that numbers things so, and at every client. */
export function drawnNumber({ head, relation, tail }: Fact): number {
  return draws.stream(relation, Math.min(head, tail), Math.max(head, tail)).uniform();
}

import type { SimulationRandom } from "../../numeric/random.ts";
import type { Fact } from "../facts/fact.ts";
import type { FactSplit } from "../facts/hold-out.ts";
import { Mentions } from "../facts/mentions.ts";

const SHARE = 0.1;

/**
 * Holds out a tenth of each relation (rounded), in a drawn order, but never the last of what is known of an entity.
 * @param facts distinct; their order decides, too
 */
export function holdOutShare(facts: readonly Fact[], random: SimulationRandom): FactSplit<Fact> {
  const mentions = new Mentions(facts);
  const wanted = new Map<number, number>();
  for (const { relation } of facts) wanted.set(relation, (wanted.get(relation) ?? 0) + SHARE);
  const train: Fact[] = [];
  const test: Fact[] = [];
  for (const fact of random.shuffle([...facts])) {
    const left = wanted.get(fact.relation)!;
    const isHeldOut = left >= 0.5 && mentions.spare([fact]);
    (isHeldOut ? test : train).push(fact);
    if (isHeldOut) wanted.set(fact.relation, left - 1);
  }
  return { train, test };
}

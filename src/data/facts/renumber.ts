import type { StatedFacts } from "./csv.ts";
import type { Fact } from "./fact.ts";

/**
 * Facts by the numbers that their names have in other lists, in the order of the rows; undefined where one of the three
 * names is not in them.
 */
export function renumbered(
  stated: StatedFacts,
  names: { readonly entities: readonly string[]; readonly relations: readonly string[] },
): (Fact | undefined)[] {
  const entities = places(stated.entities, names.entities);
  const relations = places(stated.relations, names.relations);
  return stated.facts.map((fact) => {
    const head = entities[fact.head];
    const relation = relations[fact.relation];
    const tail = entities[fact.tail];
    return head === undefined || relation === undefined || tail === undefined
      ? undefined
      : { head, relation, tail };
  });
}

/** Where each name is in the list. */
function places(names: readonly string[], list: readonly string[]): (number | undefined)[] {
  const placeOf = new Map(list.map((name, place) => [name, place]));
  return names.map((name) => placeOf.get(name));
}

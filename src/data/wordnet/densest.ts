import type { Triple } from "./relations.ts";

/**
 * A dense part of the graph: the synset with the fewest neighbours goes, again and again, until `count` are left. Of
 * several with as few, the one goes that has had so few for the longest.
 */
export function densest(triples: readonly Triple[], count: number): Set<string> {
  const neighbours = new Map<string, Set<string>>();
  const of = (synset: string): Set<string> => {
    const known = neighbours.get(synset) ?? new Set();
    neighbours.set(synset, known);
    return known;
  };
  for (const { head, tail } of triples) {
    of(head).add(tail);
    of(tail).add(head);
  }
  /** Synsets by the number of their neighbours. */
  const having: Set<string>[] = [];
  const file = (synset: string): void => {
    const degree = neighbours.get(synset)!.size;
    while (having.length <= degree) having.push(new Set());
    having[degree].add(synset);
  };
  for (const synset of [...neighbours.keys()].sort()) file(synset);
  while (neighbours.size > count) {
    const fewest = having.find((synsets) => synsets.size > 0)!;
    const [synset] = fewest;
    fewest.delete(synset);
    for (const neighbour of neighbours.get(synset)!) {
      const others = neighbours.get(neighbour)!;
      having[others.size].delete(neighbour);
      others.delete(synset);
      file(neighbour);
    }
    neighbours.delete(synset);
  }
  return new Set(neighbours.keys());
}

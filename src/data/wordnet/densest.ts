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
  /** Synsets in the order in which they came to have so many neighbours; who has fewer by now stands here no less. */
  const having: string[][] = [];
  const next: number[] = [];
  const queue = (synset: string): void => {
    const degree = neighbours.get(synset)!.size;
    while (having.length <= degree) {
      having.push([]);
      next.push(0);
    }
    having[degree].push(synset);
  };
  for (const synset of [...neighbours.keys()].sort()) queue(synset);
  for (let fewest = 0; neighbours.size > count; ) {
    const synset = having[fewest][next[fewest]++];
    if (synset === undefined) {
      next[fewest]--;
      fewest++;
      continue;
    }
    if (neighbours.get(synset)?.size !== fewest) continue;
    for (const neighbour of neighbours.get(synset)!) {
      neighbours.get(neighbour)!.delete(synset);
      queue(neighbour);
    }
    neighbours.delete(synset);
    fewest = Math.max(0, fewest - 1);
  }
  return new Set(neighbours.keys());
}

/** Relations between synsets: which pointers are read, and which make up the dataset. */
import type { Synset } from "./parse.ts";

/**
 * Pointers by symbol. Those that say of the other synset what these say of the first are left out (hyponyms, meronyms,
 * members of domains), and so are domains of usage. A symmetric one is read once.
 */
const pointers: Readonly<Record<string, { readonly name: string; readonly symmetric?: true }>> = {
  "@": { name: "hypernym" },
  "@i": { name: "instance hypernym" },
  "#m": { name: "member holonym" },
  "#p": { name: "part holonym" },
  "#s": { name: "substance holonym" },
  "+": { name: "derivation", symmetric: true },
  ";c": { name: "topic" },
  ";r": { name: "region" },
  "&": { name: "similar", symmetric: true },
  "!": { name: "antonym", symmetric: true },
  "^": { name: "also", symmetric: true },
  $: { name: "verb group", symmetric: true },
  "=": { name: "attribute", symmetric: true },
  "*": { name: "entailment" },
  ">": { name: "cause" },
  "\\": { name: "pertainym" },
  "<": { name: "participle" },
};

export interface Triple {
  readonly head: string;
  /** Kind and parts of speech: `hypernym n`, `derivation n-v`. */
  readonly relation: string;
  readonly tail: string;
}

/** Every relation between two different synsets once, in the order of the files. */
export function triplesOf(synsets: Iterable<Synset>): Triple[] {
  const triples = new Map<string, Triple>();
  for (const { id, pointers: own } of synsets) {
    for (const { symbol, target } of own) {
      const pointer = pointers[symbol];
      if (pointer === undefined || target === id) continue;
      const [head, tail] = pointer.symmetric && id > target ? [target, id] : [id, target];
      const parts = head[0] === tail[0] ? head[0] : `${head[0]}-${tail[0]}`;
      const relation = `${pointer.name} ${parts}`;
      triples.set(`${head} ${relation} ${tail}`, { head, relation, tail });
    }
  }
  return [...triples.values()];
}

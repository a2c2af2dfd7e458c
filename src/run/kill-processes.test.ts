/** The same with processes that are really killed, or stopped, and files of their own. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDoor } from "../cli/serve/open-door.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { RunEvent } from "../records/events.ts";
import { serve } from "./serve.ts";
import { checkLog } from "./testing/invariants.ts";
import { Program } from "./testing/program.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-killed-"));
const programs: Program[] = [];
afterAll(async () => {
  await Promise.all(programs.map((program) => program.kill()));
  rmSync(root, { recursive: true, force: true });
});

const names = ["ann", "ben", "cleo"] as const;
const ROUNDS = 60;

const recipe: RecipeInput = {
  name: "flowers",
  task: "tabular-logistic",
  data: { csv: "iris.csv", label: "species" },
  clients: names.length,
  rounds: ROUNDS,
  select: { minimum: names.length },
  local: { epochs: 2, batch: 8 },
};

function start(folder: string, ...words: string[]): Program {
  const program = new Program(folder, words);
  programs.push(program);
  return program;
}

/** A folder with the recipe, its table, and a part of it for each client. */
async function prepareFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  const iris = readFileSync(resolve("recipes/data/iris.csv"), "utf8");
  const [header, ...rows] = iris.trim().split("\n");
  await writeFile(join(folder, "iris.csv"), iris);
  await writeFile(join(folder, "flowers.yaml"), JSON.stringify(recipe));
  for (const [k, client] of names.entries()) {
    const own = rows.filter((_, row) => row % names.length === k);
    await writeFile(join(folder, `${client}.csv`), [header, ...own].join("\n"));
  }
  return folder;
}

const startServer = (folder: string, address: string, ...words: string[]): Program =>
  start(folder, "serve", "flowers.yaml", "--out", "run", "--listen", address, ...words);

const startClient = (folder: string, link: string, name: string): Program =>
  start(folder, "join", link, "--name", name, "--data", `${name}.csv`);

const linkOf = (server: Program): Promise<string> => server.says((said) => /^join +(\S+)$/m.exec(said)?.[1]);

/** Below the range of outgoing connections, so that it is still free when a killed server comes back. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    probe.close();
    if (isFree) return port;
  }
}

/** The round that a program speaks of, once it is `goal` or a later one. */
function reaches(program: Program, what: RegExp, goal: number): Promise<number> {
  return program.says((said) =>
    Array.from(said.matchAll(what), ([, round]) => Number(round)).find((round) => round >= goal),
  );
}

async function undisturbed(): Promise<Buffer> {
  const folder = await prepareFolder("undisturbed");
  const server = startServer(folder, "127.0.0.1:0");
  const link = await linkOf(server);
  for (const name of names) startClient(folder, link, name);
  expect(await server.ended).toMatchObject({ code: 0 });
  return readFileSync(join(folder, "run", "model.safetensors"));
}

test("server and clients killed a dozen times and started again end with the same model", async () => {
  const seed = Date.now() % 1e6;
  console.info(`seed of the kills: ${seed}`);
  const random = SimulationRandom.fromSeed(seed);
  const expected = undisturbed();
  const folder = await prepareFolder("disturbed");
  const address = `127.0.0.1:${await freePort()}`;
  let server = startServer(folder, address);
  const link = await linkOf(server);
  const clients = new Map(names.map((name) => [name, startClient(folder, link, name)]));
  // Every client is started anew between two deaths of the server: they wait longer and longer for one that dies often.
  const victims = [1, 2, 3].flatMap(() => ["server" as const, ...random.shuffle([...names])]);
  let round = 0;
  for (const victim of victims) {
    const goal = round + 1 + random.integer(3);
    if (victim === "server") {
      round = await reaches(server, /^round (\d+)\//gm, goal);
      await server.kill();
      server = startServer(folder, address, "--resume");
    } else {
      const client = clients.get(victim)!;
      const what = random.uniform() < 0.5 ? /^round (\d+): trained/gm : /^round (\d+): counts/gm;
      round = await reaches(client, what, goal);
      await client.kill();
      clients.set(victim, startClient(folder, link, victim));
    }
  }
  expect(await server.ended).toMatchObject({ code: 0 });
  for (const client of clients.values()) expect(await client.ended).toMatchObject({ code: 0 });
  const rounds = await checkLog(join(folder, "run"), ROUNDS);
  for (const { contributors } of rounds) expect([...contributors].sort()).toEqual(names);
  expect(readFileSync(join(folder, "run", "model.safetensors")).equals(await expected)).toBe(true);
}, 180_000);

test("a client that is there and says nothing holds no round past its deadline, and comes back", async () => {
  const folder = await prepareFolder("silent");
  const deadline = 2;
  const rounds = 40;
  const change: Partial<RecipeInput> = { rounds, select: { minimum: 2 }, deadline };
  const events: RunEvent[] = [];
  const clients = new Map<string, Program>();
  const run = serve(completeRecipe({ ...recipe, ...change }), {
    folder: join(folder, "run"),
    baseFolder: folder,
    // Given up only after the second deadline.
    limits: { heartbeat: 1.25, grace: 0.5 },
    door: (runFolder) =>
      openDoor(runFolder, {
        ...{ listen: { host: "127.0.0.1", port: 0 }, insecure: false, invitations: 0, stop: () => {} },
        log: { info: () => {}, warn: () => {}, error: () => {} },
        announce: ({ join: [link] }) => {
          for (const name of names) clients.set(name, startClient(folder, link, name));
        },
      }),
  });
  const hasJoined = (name: string) =>
    events.filter((event) => event.kind === "client-joined" && event.client === name);
  let silentFrom = 0;
  for await (const event of run) {
    events.push(event);
    const ben = clients.get("ben");
    if (silentFrom === 0 && event.kind === "round-finished" && hasJoined("ben").length === 1) {
      silentFrom = event.round + 1;
      ben!.child.kill("SIGSTOP");
    }
    if (event.kind === "client-left" && event.client === "ben") {
      ben!.child.kill("SIGCONT");
      // The run waits with its next round until this loop goes on.
      await ben!.says((said) => said.match(/^connected$/gm)?.[1]);
    }
  }
  expect(hasJoined("ben")).toHaveLength(2);
  const outcomes = events.flatMap((event) =>
    event.kind === "client-outcome" && event.client === "ben" && event.round >= silentFrom
      ? [event.outcome]
      : [],
  );
  expect(outcomes.slice(0, 2)).toEqual(["late", "late"]);
  expect(outcomes).toContain("contributed");
  const seconds = events.flatMap((event) => (event.kind === "round-finished" ? [event.virtualSeconds] : []));
  expect(seconds).toHaveLength(rounds);
  for (const each of seconds) expect(each).toBeLessThan(2 * deadline);
  for (const client of clients.values()) expect(await client.ended).toMatchObject({ code: 0 });
}, 90_000);

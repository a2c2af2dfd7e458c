/** A tab that keeps a model of its own, in a real browser, with another client in Node: SecEA over real sockets. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Dataset } from "../../src/data/examples.ts";
import { importSafetensors } from "../../src/learn/export-safetensors.ts";
import { completeRecipe, type RecipeInput } from "../../src/recipe/index.ts";
import { type PreparedRun, prepare } from "../../src/run/prepare.ts";
import { simulated } from "../../src/run/testing/course.ts";
import { launchChromium } from "../../src/testing/chromium.ts";
import { buildJoin } from "./testing/build-join.ts";
import { joinFromNode } from "./testing/join-from-node.ts";
import { type JoinServer, startJoinServer } from "./testing/join-server.ts";

const recipe: RecipeInput = {
  name: "words",
  task: "wordnet-distmult",
  data: { dataset: "wordnet", train: 400 },
  clients: 2,
  partition: { kind: "owners" },
  rounds: 2,
  local: { epochs: 1, batch: 64, optimizer: { kind: "adam", rate: 0.01 } },
  protocol: { kind: "secea", colluders: 0, dropouts: 0 },
};
/** A name that the run does not know. */
const unknown = "n".repeat(150);
/** Milliseconds that the page may take for any one thing. */
const PATIENCE = 30_000;

let root: string;
let run: PreparedRun;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "coterie-own-model-"));
  await buildJoin(join(root, "pages"));
  run = await prepare(completeRecipe(recipe), ".");
  await writeFile(join(root, "facts.csv"), factsFor(run.dataset));
});
afterAll(() => rm(root, { recursive: true, force: true }));

let browser: Browser;
let server: JoinServer;
let page: Page;
let complaints: string[];
beforeEach(async () => {
  browser = await launchChromium();
  complaints = [];
});
afterEach(async () => {
  await browser.close();
  await server.close();
});

/** Made-up facts, one from each of eight entities to each later one, and one that names what the run does not know. */
function factsFor({ classNames, relations }: Dataset): string {
  const some = classNames!.slice(0, 8);
  const rows = some.flatMap((head, i) => some.slice(i + 1).map((tail) => [head, relations![0], tail]));
  const records = [["head", "relation", "tail"], ...rows, [unknown, relations![0], "nothing"]];
  return records.map((record) => record.map((name) => `"${name}"`).join()).join("\n");
}

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (name: string) => page.getByRole("button", { name }).and(page.locator(":enabled")).click();
const giveTrial = () => press("Use the facts that the server deals for trying out");

/** The page's file of the own model. */
async function download(): Promise<ReturnType<typeof importSafetensors>> {
  const [file] = await Promise.all([page.waitForEvent("download"), press("Download your model")]);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  return importSafetensors(run.layout, Buffer.concat(chunks));
}

test("a tab trains a model of its own, downloads it, and goes on from it after a reload", async () => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  server = await startJoinServer({
    ...{ pages: join(root, "pages"), folder: await mkdtemp(join(root, "run-")), recipe, deal: true },
    afterRound: async (round) => {
      if (round !== 1) return;
      reached.resolve();
      await released.promise;
    },
  });
  page = await browser.newPage({ acceptDownloads: true, viewport: { width: 360, height: 740 } });
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => dialog.accept());

  await page.goto(server.link);
  await page.getByLabel("Your name").fill("client-0");
  await press("Connect and see what will happen");
  await page.getByText("every device keeps one of its own").waitFor();
  await page.getByLabel("Files", { exact: true }).setInputFiles(join(root, "facts.csv"));
  await page.getByText("28 facts read.").waitFor();
  await page.getByText("1 fact is left out").waitFor();
  for (const width of [1280, 400, 360]) {
    await page.setViewportSize({ width, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), String(width)).toBe(width);
  }
  await page.getByText(/^8 of the 1,998 that the run knows/).waitFor();
  await giveTrial();
  await page.getByText("came from the server and are not yours").waitFor();
  await press("Take part");
  const other = joinFromNode(server.link, "client-1");

  await reached.promise;
  await page.getByText("after round 1.").waitFor();
  await page.getByText(/^on \d+ held-out examples, loss [\d.]+, round 1$/).waitFor();
  expect(await keptModels()).toBe(1);
  const { metadata } = await download();
  expect(metadata).toMatchObject({ client: "client-0", task: "wordnet-distmult" });
  await page.reload();
  await page.getByText(`The model of the run ${metadata.run} with`).waitFor();
  await giveTrial();
  await press("Take part");
  await heading("Waiting for the next round");
  released.resolve();

  await heading("The run is finished");
  await server.finished;
  expect(await other).toBe("finished");
  await page.getByText("It is kept nowhere else").waitFor();
  await page.getByText(/^on \d+ held-out examples, loss [\d.]+, round 2$/).waitFor();
  const own = await download();
  expect(own.metadata.round).toBe("2");
  // As if there had been no reload, but for what WebAssembly rounds otherwise.
  const { ownModels } = await simulated(run);
  const expected = ownModels.get("client-0")!;
  expect(farthest(own.parameters, expected)).toBeLessThan(1e-3);
  expect(farthest(run.initial, expected)).toBeGreaterThan(0.02);
  expect(complaints).toEqual([]);
  expect(await keptModels()).toBe(0);
});

/** How many models the browser keeps. */
function keptModels(): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open("coterie");
        opening.onsuccess = () => {
          const counting = opening.result.transaction("models").objectStore("models").count();
          counting.onsuccess = () => resolve(counting.result);
        };
      }),
  );
}

function farthest(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, entry, i) => Math.max(most, Math.abs(entry - other[i])), 0);
}

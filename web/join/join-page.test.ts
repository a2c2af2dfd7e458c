/** The page in a real browser, against a real run, under the policy of the real server. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { loadMnist } from "../../src/data/node/mnist.ts";
import { selectRows } from "../../src/data/select.ts";
import type { RecipeInput } from "../../src/recipe/index.ts";
import { launchChromium } from "../../src/testing/chromium.ts";
import { buildJoin } from "./testing/build-join.ts";
import { idxPair } from "./testing/idx-pair.ts";
import { type JoinServer, type JoinServerOptions, startJoinServer } from "./testing/join-server.ts";

const recipe: RecipeInput = {
  name: "tiny",
  task: "mnist-softmax",
  data: { dataset: "mnist", train: 600, test: 200 },
  clients: 1,
  rounds: 3,
  local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
};
/** Milliseconds that the page may take for any one thing. */
const PATIENCE = 30_000;

let root: string;
let pages: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "coterie-join-"));
  pages = join(root, "pages");
  await buildJoin(pages);
  const rows = Int32Array.from({ length: 300 }, (_, i) => i);
  const { images, labels } = idxPair(selectRows((await loadMnist(".")).train, rows));
  await writeFile(join(root, "train-images-idx3-ubyte"), images);
  await writeFile(join(root, "train-labels-idx1-ubyte"), labels);
});
afterAll(() => rm(root, { recursive: true, force: true }));

let browser: Browser;
let server: JoinServer;
let page: Page;
/** Whatever the console said: errors, and what the policy has forbidden. */
let complaints: string[];
let requests: string[];
beforeEach(async () => {
  browser = await launchChromium();
  complaints = [];
  requests = [];
});
afterEach(async () => {
  await browser.close();
  await server.close();
});

async function open(
  options: Partial<JoinServerOptions> & { linked?: (server: JoinServer) => string } = {},
): Promise<void> {
  const folder = await mkdtemp(join(root, "run-"));
  server = await startJoinServer({ pages, folder, recipe, ...options });
  page = await browser.newPage({ acceptDownloads: true, viewport: { width: 360, height: 740 } });
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(options.linked?.(server) ?? server.link);
}

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (name: string) => page.getByRole("button", { name }).and(page.locator(":enabled")).click();
const connect = () => press("Connect and see what will happen");
const give = (...names: string[]) =>
  page.getByLabel("Files", { exact: true }).setInputFiles(names.map((name) => join(root, name)));
const giveTrial = () => press("Use the examples that the server deals");
const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

/** A run that stands still after a round until it is told to go on. */
function halt() {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const afterRound = async (round: number) => {
    if (round !== 1) return;
    reached.resolve();
    await released.promise;
  };
  return { afterRound, reached: reached.promise, release: released.resolve };
}

test("somebody gives files, trains, and sees exactly what left", async () => {
  await open();
  await heading("You are invited");
  expect(page.url()).toBe(`${server.url}/join/`);
  expect(server.socketBytes()).toBe(0);
  await connect();
  await heading("Get ready");
  await give("train-images-idx3-ubyte");
  await page.getByText("the file with its labels is not there").waitFor();
  await give("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  await page.getByText("300 examples").waitFor();
  expect(await isWide()).toBe(false);
  await press("Take part");
  await heading("The run is finished");
  await server.finished;
  expect(await page.getByText("3 updates of yours are in the model.").count()).toBe(1);
  expect(await isWide()).toBe(false);

  const [download] = await Promise.all([page.waitForEvent("download"), press("Download as JSON")]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const told = JSON.parse(Buffer.concat(chunks).toString());
  const [handshake, ...messages]: { kind: string; bytes: number; body: string }[] = told.latest.toReversed();
  expect(messages.map(({ kind, bytes }) => ({ kind, bytes }))).toEqual(server.received);
  expect(messages.map(({ kind }) => kind)).toEqual(["ready", ...Array(3).fill("plain/update")]);
  expect(handshake.kind).toBe("handshake");
  expect(Object.keys(JSON.parse(handshake.body))).toEqual(["version", "key", "nonce", "token"]);
  expect(told.connectionBytes).toBe(server.socketBytes());
  expect(complaints).toEqual([]);
  // Everything is of this server, and nothing is fetched that this browser cannot use.
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.filter((url) => !url.startsWith(`${server.url}/`) || /jax|webgpu/.test(url))).toEqual([]);
});

test("a reloaded page comes back under its name, and goes on", async () => {
  const { afterRound, reached, release } = halt();
  await open({ deal: true, afterRound });
  await page.getByLabel("Your name").fill("ada");
  await connect();
  await giveTrial();
  await page.getByText("came from the server and are not yours").waitFor();
  await press("Take part");
  await reached;
  await page.reload();
  await giveTrial();
  await press("Take part");
  await heading("Waiting for the next round");
  release();
  await heading("The run is finished");
  await server.finished;
  const [before, after] = server.admitted;
  expect(before.name).toBe("ada");
  expect(after).toEqual(before);
  expect(complaints).toEqual([]);
});

test("a broken connection is built up again, and whoever leaves has left", async () => {
  const { afterRound, reached, release } = halt();
  await open({ deal: true, afterRound });
  await connect();
  await giveTrial();
  await press("Take part");
  await reached;
  server.interrupt();
  await page.getByText(/^2 handshake|, 2 handshake|: 2 handshake/).waitFor();
  await page.getByText("connected", { exact: true }).waitFor();
  await press("Leave");
  await heading("You have left");
  expect(await page.getByText("1 update of yours is in the model.").count()).toBe(1);
  release();
  await expect
    .poll(() => server.events.map(({ kind }) => kind), { timeout: PATIENCE })
    .toContain("client-left");
  expect(complaints).toEqual([]);
});

test("the page refuses another server's key, and says so", async () => {
  await open({ linked: ({ link }) => link.replace(/&k=.{43}/, `&k=${"A".repeat(43)}`) });
  await connect();
  await heading("It did not work");
  await page.getByText("session.server-key").waitFor();
  expect(server.admitted).toEqual([]);
  // What was said until then is told, and no proof was given.
  await page.getByText("1 handshake").waitFor();
  expect(await page.getByText('"token"').count()).toBe(0);
});

test("a server that is met without its key must have the same the next time", async () => {
  await open({ deal: true, linked: ({ link }) => link.replace(/&k=.{43}/, "") });
  await connect();
  await page.getByText("You meet this server for the first time.").waitFor();
  await press("Leave");
  await heading("You have left");
  await press("Start again");
  await page.getByText("as the last time; checked").waitFor();
  await page.evaluate(() => {
    const [[url]] = Object.entries(JSON.parse(localStorage["coterie.server-keys"]));
    localStorage["coterie.server-keys"] = JSON.stringify({ [url]: "A".repeat(43) });
  });
  await connect();
  await heading("It did not work");
  await page.getByText("session.server-changed").waitFor();
});

test("a damaged link is told from a good one, without repeating its secret", async () => {
  await open({ linked: ({ link }) => link.replace("#t=", "#t=!") });
  await heading("This invitation cannot be used");
  await page.getByText("is damaged in its part t=").waitFor();
  expect(page.url()).toBe(`${server.url}/join/`);
});

/**
 * The whole of it: `coterie serve` in a process, three `coterie join` processes and two browser tabs, each with files
 * of its own, train MNIST together, while a dashboard looks on and one of the tabs is closed in the middle.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadMnist } from "../../src/data/node/mnist.ts";
import { selectRows } from "../../src/data/select.ts";
import { openSqliteStore } from "../../src/records/node/index.ts";
import { launchChromium } from "../../src/testing/chromium.ts";
import { idxPair } from "../join/testing/idx-pair.ts";

const PARTS = 5;
const ROUNDS = 12;
/** Pictures of the pages are left here, to be looked at. */
const shots = resolve("artefacts");
const children: ChildProcess[] = [];
const browsers: Browser[] = [];
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "coterie-together-"));
  await mkdir(shots, { recursive: true });
  const { train } = await loadMnist(".");
  for (let part = 0; part < PARTS; part++) {
    const rows = Int32Array.from(
      { length: Math.floor(train.labels.length / PARTS) },
      (_, i) => i * PARTS + part,
    );
    const { images, labels } = idxPair(selectRows(train, rows));
    await mkdir(join(root, `part-${part}`));
    await writeFile(join(root, `part-${part}`, "images-idx3-ubyte"), images);
    await writeFile(join(root, `part-${part}`, "labels-idx1-ubyte"), labels);
  }
});

afterAll(async () => {
  for (const browser of browsers) await browser.close().catch(() => {});
  for (const child of children) child.kill("SIGKILL");
  await rm(root, { recursive: true, force: true });
});

function coterie(...words: string[]) {
  const child = spawn(process.execPath, [resolve("bin/coterie.js"), ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, COTERIE_HOME: join(root, "home") },
  });
  children.push(child);
  let said = "";
  const listeners = new Set<() => void>();
  child.stderr!.on("data", (chunk) => {
    said += chunk;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  /** What standard error says, once it matches. */
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((done, failed) => {
      const look = () => {
        const match = said.match(pattern);
        if (match) done(match);
      };
      listeners.add(look);
      look();
      void ended.then((code) => failed(new Error(`ended with ${code} before it said ${pattern}:\n${said}`)));
    });
  return { ended, says, said: () => said };
}

async function openTab(url: string): Promise<Page> {
  const browser = await launchChromium();
  browsers.push(browser);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  return page;
}

async function takePart(page: Page, part: number): Promise<void> {
  await page.getByLabel("Your name").fill(`tab-${part}`);
  await page.getByRole("button", { name: "Connect and see what will happen" }).click();
  await page
    .getByLabel("Files", { exact: true })
    .setInputFiles(
      ["images", "labels"].map((name) =>
        join(root, `part-${part}`, `${name}-idx${name === "images" ? 3 : 1}-ubyte`),
      ),
    );
  await page.getByRole("button", { name: "Take part" }).and(page.locator(":enabled")).click();
}

test("three processes and two tabs train MNIST together to 0.93, and one tab may close", async () => {
  const run = join(root, "run");
  const server = coterie(
    ...["serve", "mnist", "--listen", "127.0.0.1:0", "--out", run],
    ...["--set", `rounds=${ROUNDS}`, "--set", "select.minimum=4"],
  );
  const [, link] = await server.says(/^join +(\S+)$/m);
  const [, dashboardLink] = await server.says(/^dashboard +(\S+)$/m);
  const dashboard = await openTab(dashboardLink);
  const [stays, closes] = [await openTab(link), await openTab(link)];
  await takePart(stays, 3);
  await takePart(closes, 4);
  const clients = [0, 1, 2].map((part) =>
    coterie("join", link, "--name", `node-${part}`, "--data", join(root, `part-${part}`)),
  );
  await server.says(/round 3\//);
  await closes.screenshot({ path: join(shots, "tab.png"), fullPage: true });
  await closes.close();
  await server.says(/round 5\//);
  await dashboard.getByRole("link", { name: "run" }).first().click();
  await dashboard.getByText("tab-4").first().waitFor();
  await dashboard.locator(".chart svg").first().waitFor();
  await dashboard.screenshot({ path: join(shots, "dashboard.png"), fullPage: true });
  expect(await server.ended).toBe(0);
  for (const { ended } of clients) expect(await ended).toBe(0);
  await stays.getByRole("heading", { level: 1, name: "The run is finished" }).waitFor();
  await stays.screenshot({ path: join(shots, "tab-finished.png"), fullPage: true });

  await using store = openSqliteStore(join(run, "events.sqlite"), { readOnly: true });
  const events = await store.readAll();
  const rounds = events.filter((event) => event.kind === "round-finished");
  expect(rounds.map(({ round }) => round)).toEqual(Array.from({ length: ROUNDS }, (_, i) => i + 1));
  expect(rounds.at(-1)!.accuracy).toBeGreaterThanOrEqual(0.93);
  for (const { selected, contributed, late, dropped, rejected } of rounds) {
    expect(contributed + late + dropped + rejected).toBe(selected);
  }
  const contributors = new Set(
    events.flatMap((event) =>
      event.kind === "client-outcome" && event.outcome === "contributed" ? [event.client] : [],
    ),
  );
  expect([...contributors].sort()).toEqual(["node-0", "node-1", "node-2", "tab-3", "tab-4"]);
  expect(events.some((event) => event.kind === "client-left" && event.client === "tab-4")).toBe(true);
  expect(rounds.at(-1)!.contributed).toBe(4);
}, 300_000);

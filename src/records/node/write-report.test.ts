import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../testing/chromium.ts";
import { type SampleOptions, sampleLog } from "../../testing/sample-log.ts";
import type { RunEvent } from "../events.ts";
import { secureLog } from "../report/testing/secure-log.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { writeReport } from "./write-report.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-report-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let browser: Browser | undefined;
afterEach(async () => {
  await browser?.close();
  browser = undefined;
});

async function recorded(options: SampleOptions = {}): Promise<RunFolder> {
  return folderOf(sampleLog(options));
}

async function folderOf(log: readonly RunEvent[]): Promise<RunFolder> {
  const folder = await createRunFolder(root, "sample", new Date(0));
  await using store = openSqliteStore(folder.events);
  await store.append(log);
  return folder;
}

/** Opens a report as a file, with every request but its own refused and noted. */
async function open(path: string, options: { dark?: boolean; width?: number } = {}) {
  browser = await launchChromium();
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1200, height: 900 },
    colorScheme: options.dark ? "dark" : "light",
  });
  const own = pathToFileURL(path).href;
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.route("**/*", (route) => {
    if (route.request().url() === own) return route.continue();
    complaints.push(`request for ${route.request().url()}`);
    return route.abort();
  });
  await page.goto(own);
  await page.waitForFunction(() => document.documentElement.dataset.charts === "drawn");
  return { page, complaints };
}

/** Shapes that each chart has drawn. */
const shapes = (page: Page) =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll(".chart")].map((chart) => [
        chart.id,
        chart.querySelectorAll("svg path").length,
      ]),
    ),
  );

describe("report of a run", () => {
  it("opens offline with all its charts, and lets one step through the rounds", async () => {
    const folder = await recorded();
    await writeReport([folder], folder.report);
    const { page, complaints } = await open(folder.report);
    const drawn = await shapes(page);
    expect(Object.keys(drawn)).toEqual([
      "accuracy",
      "loss",
      "timeline",
      "attendance",
      "outcomes",
      "traffic",
      "partition",
    ]);
    expect(drawn.attendance).toBeGreaterThan(600);
    expect(drawn.accuracy).toBeGreaterThan(30);
    for (const count of Object.values(drawn)) expect(count).toBeGreaterThan(20);

    const text = page.locator("#round-text");
    const before = (await text.textContent()) ?? "";
    expect(before).toMatch(/^Round \d+: 20 asked – 1\d contributed, .*closed after 40 s$/);
    const round = Number(/\d+/.exec(before)?.[0]);
    await page.locator("#later").click();
    expect(await text.textContent()).toContain(`Round ${round + 1}: 20 asked`);
    expect(await page.locator("#timeline-rows tr").count()).toBe(20);
    await page.locator("#against").selectOption("bytes");
    const accuracy = page.locator("#accuracy");
    expect(await accuracy.textContent()).toContain("bytes on the wire since the start");
    await accuracy.scrollIntoViewIfNeeded();
    const box = (await accuracy.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    expect(await accuracy.locator("> div").nth(1).textContent()).toMatch(
      /^\d+(\.\d+)? MBon the held-out set/,
    );
    expect(complaints).toEqual([]);
  });

  it("fits a phone in the dark", async () => {
    const folder = await recorded();
    await writeReport([folder], folder.report);
    const { page, complaints } = await open(folder.report, { dark: true, width: 360 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(15, 19, 24)",
    );
    expect(complaints).toEqual([]);
  });

  it("does not run what a hostile client calls itself, not even in tooltips", async () => {
    const evil = `</script><img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">{a}`;
    const folder = await recorded({ text: evil, nameOf: (n) => `${evil}${n}`, rounds: 6 });
    await writeReport([folder], folder.report);
    const { page, complaints } = await open(folder.report);
    for (const id of ["timeline", "attendance", "partition", "outcomes", "accuracy"]) {
      const chart = page.locator(`#${id}`);
      await chart.scrollIntoViewIfNeeded();
      const box = await chart.boundingBox();
      for (const [x, y] of [
        [0.3, 0.5],
        [0.5, 0.3],
        [0.7, 0.6],
      ]) {
        await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * x, (box?.y ?? 0) + (box?.height ?? 0) * y);
      }
    }
    const tooltips = await page.evaluate(() =>
      [...document.querySelectorAll(".chart > div")].map((element) => element.textContent).join("\n"),
    );
    expect(tooltips).toContain("onerror");
    expect(await page.evaluate(() => "pwned" in window)).toBe(false);
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("compares several runs, finished or not", async () => {
    const folders = [
      await recorded({ run: "slow", rate: 0.05 }),
      await recorded({ run: "fast", finished: false }),
    ];
    const out = join(root, "comparison.html");
    await writeReport(folders, out);
    const { page, complaints } = await open(out);
    expect(await page.locator("#accuracy").textContent()).toMatch(/slow.*fast/s);
    expect((await shapes(page)).loss).toBeGreaterThan(60);
    expect(complaints).toEqual([]);
  });

  it("shows under attack who was excluded, and how right that was", async () => {
    const folder = await recorded({
      aggregator: { kind: "krum", byzantine: 4 },
      adversary: { kind: "alie-backdoor", fraction: 0.2, active: { from: 5 }, trigger: {} },
    });
    await writeReport([folder], folder.report);
    const { page, complaints } = await open(folder.report, { dark: true });
    const drawn = await shapes(page);
    expect(Object.keys(drawn).slice(2, 5)).toEqual(["defence", "backdoor", "attendance"]);
    expect(drawn.defence).toBeGreaterThan(3 * 26);
    expect(drawn.backdoor).toBeGreaterThan(2 * 30);
    expect(await page.locator("#attendance").textContent()).toMatch(/\* client-18.*client-1.*excluded/);
    const chart = page.locator("#defence");
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const tooltip = chart.locator("> div").nth(1);
    // The rounds before the attack are gaps.
    for (const [x, text] of [
      [0.17, /^3corrupted, left out–/],
      [0.9, /^2\dcorrupted, left out\d+(\.\d+)? %/],
    ] as const) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * 0.5);
      expect(await tooltip.textContent()).toMatch(text);
    }
    expect(complaints).toEqual([]);
  });

  it("draws under a secure protocol what travelled, on a phone too", async () => {
    const folder = await folderOf(secureLog({ rounds: 2 }));
    await writeReport([folder], folder.report);
    const { page, complaints } = await open(folder.report, { width: 360 });
    const pattern = page.locator("#pattern");
    const texts = await pattern.locator("svg text").allTextContents();
    for (const text of ["server", "other clients", "342 × share, 8.43 MB", "19 × final, 470 kB"])
      expect(texts).toContain(text);
    /** What the tooltip says there, in shares of the chart's width and height. */
    const hover = async (chart: Locator, x: number, y: number) => {
      await chart.scrollIntoViewIfNeeded();
      const box = (await chart.boundingBox())!;
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      return chart.locator("> div").nth(1).textContent();
    };
    const between = /^share: a share of its update, sealed342 messages, 8.43 MB/;
    expect(await hover(pattern, 0.7, 0.625)).toMatch(between);
    expect(await hover(page.locator("#exchange"), 0.9, 0.35)).toBe("server to client-1010 kB");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(complaints).toEqual([]);
  });

  it("draws attacks against defences, and the measure that one chooses", async () => {
    const adversary = { kind: "model-replacement", fraction: 0.2, trigger: {} };
    const folders = await Promise.all(
      [{ kind: "mean" }, { kind: "krum", byzantine: 4 }].flatMap((aggregator) => [
        recorded({ rounds: 3, aggregator }),
        recorded({ rounds: 3, aggregator, adversary, damage: 0.5 }),
      ]),
    );
    const out = join(root, "robustness.html");
    const digests = await writeReport(folders, out);
    const { page, complaints } = await open(out, { width: 360 });
    const chart = page.locator("#robustness-0");
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const texts = () => chart.locator("svg text").allTextContents();
    for (const { summary } of digests) expect(await texts()).toContain(percent(summary.final!.accuracy));
    expect(await texts()).not.toContain(percent(1 - 0.9 ** 3));
    await page.locator("#measure").selectOption("backdoor success");
    expect((await texts()).filter((text) => text === percent(1 - 0.9 ** 3))).toHaveLength(2);
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.4);
    expect(await chart.locator("> div").nth(1).textContent()).toBe(
      `meanmodel-replacement at 20 %backdoor success ${percent(1 - 0.9 ** 3)}`,
    );
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(complaints).toEqual([]);
  });

  it("can be written while the run goes on", async () => {
    const folder = await createRunFolder(root, "live", new Date(0));
    await using store = openSqliteStore(folder.events);
    const log = sampleLog();
    await store.append(log.slice(0, 100));
    await writeReport([folder], folder.report);
    expect(readFileSync(folder.report, "utf8")).toContain("not finished");
    await store.append(log.slice(100));
    await writeReport([folder], folder.report);
    expect(readFileSync(folder.report, "utf8")).not.toContain("not finished");
  });
});

import { rm } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EventBody, RunEvent } from "../../src/records/events.ts";
import { secureLog } from "../../src/records/report/testing/secure-log.ts";
import { launchChromium } from "../../src/testing/chromium.ts";
import { sampleLog } from "../../src/testing/sample-log.ts";
import { accessibilityComplaints } from "./accessibility.ts";
import { buildPage } from "./build-page.ts";
import { FakeDashboard } from "./fake-dashboard.ts";

let folder: string;
beforeAll(async () => {
  folder = await buildPage("dashboard");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let server: FakeDashboard;
beforeEach(async () => {
  server = await FakeDashboard.open(folder);
});

let browser: Browser | undefined;
afterEach(async () => {
  await browser?.close();
  browser = undefined;
  await server[Symbol.asyncDispose]();
});

/** Whatever the browser complains of, but for answers that are refusals. */
const complaints: string[] = [];

async function visit(
  address: string,
  options: { dark?: boolean; width?: number; signedIn?: boolean } = {},
): Promise<Page> {
  browser = await launchChromium();
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? "dark" : "light",
  });
  complaints.length = 0;
  page.on("console", (message) => {
    if (!/^Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(server.url).origin) complaints.push(request.url());
  });
  if (options.signedIn !== false) {
    await page.goto(`${server.url}#token=${server.token}`);
    await page.locator("h1", { hasText: "Runs" }).waitFor();
  }
  await page.goto(server.url + address);
  return page;
}

/** Events of a run up to the end of a round. */
function upTo(round: number, events: readonly RunEvent[]): RunEvent[] {
  return events.slice(
    0,
    events.findIndex((event) => event.kind === "round-finished" && event.round === round) + 1,
  );
}

const going = sampleLog({ run: "going", finished: false });

describe("signing in", () => {
  it("takes the token out of the address at once, and a reload needs none", async () => {
    server.add("going", upTo(3, going), "running");
    const page = await visit(`#token=${server.token}`, { signedIn: false });
    await page.locator("a", { hasText: "going" }).waitFor();
    expect(page.url()).toBe(server.url);
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
    await page.reload();
    await page.locator("a", { hasText: "going" }).waitFor();
    expect(server.asked.filter((request) => request === "POST /api/login")).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it("asks those who have none for a token, and again when the session has ended", async () => {
    server.add("going", upTo(3, going), "running");
    const page = await visit("#/run/going", { signedIn: false });
    const field = page.getByLabel("Token");
    await field.waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await accessibilityComplaints(page)).toEqual([]);
    await field.fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "not valid" }).waitFor();
    await field.fill(server.token);
    await page.keyboard.press("Enter");
    await page.locator(".connection.is-live").waitFor();
    server.forget();
    server.dropStreams();
    await field.waitFor();
    await field.fill(server.token);
    await page.keyboard.press("Enter");
    await page.locator(".connection.is-live").waitFor();
    expect(complaints).toEqual([]);
  });
});

describe("the list of runs", () => {
  it("shows how far the runs have come, and keeps up", async () => {
    server.add("going", upTo(3, going), "running");
    server.add("done", sampleLog({ run: "done" }));
    const page = await visit("");
    const row = page.getByRole("row", { name: /going/ });
    await row.filter({ hasText: "3 of 30" }).filter({ hasText: "running" }).waitFor();
    await page.getByRole("row", { name: /done/ }).filter({ hasText: "30 of 30" }).waitFor();
    server.record("going", ...upTo(5, going).slice(upTo(3, going).length));
    await row.filter({ hasText: "5 of 30" }).waitFor();
    // Coming back to the page asks at once.
    const comeBack = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    server.isDown = true;
    await comeBack();
    await page.getByText("Trying again").waitFor();
    server.isDown = false;
    await comeBack();
    await page.getByText("Trying again").waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  it("leads to a comparison of the chosen ones", async () => {
    server.add("slow", sampleLog({ run: "slow", rate: 0.05 }));
    server.add("fast", sampleLog({ run: "fast" }));
    server.add("other", sampleLog({ run: "other" }));
    const page = await visit("");
    await page.getByLabel("Choose slow").check();
    expect(await page.getByRole("link", { name: /Compare/ }).count()).toBe(0);
    await page.getByLabel("Choose fast").check();
    await page.getByRole("link", { name: "Compare 2 runs" }).click();
    await page.getByRole("heading", { name: "Comparison of 2 runs" }).waitFor();
    const figures = page.getByRole("table", { name: "Figures of the runs" });
    await figures.getByRole("row", { name: /slow.*finished/ }).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".chart")].every((chart) => /slow.*fast/s.test(chart.textContent ?? "")),
    );
    await page.getByRole("table", { name: "Differences" }).getByText("local.optimizer.rate").waitFor();
    await page.reload();
    await figures.getByRole("row", { name: /fast/ }).waitFor();
    expect(await accessibilityComplaints(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("compares attacks and defences, gives advice, and shows the measure that one chooses", async () => {
    const adversary = { kind: "model-replacement", fraction: 0.2, trigger: {} };
    const krum = { kind: "krum", byzantine: 4 };
    server.add("mean", sampleLog({ run: "mean", rounds: 3, adversary, damage: 0.5 }));
    server.add("krum", sampleLog({ run: "krum", rounds: 3, adversary, aggregator: krum }));
    const page = await visit("#/compare/mean,krum");
    const panel = page.getByRole("region", { name: "Attacks and defences" });
    const texts = () => panel.locator("svg text").allTextContents();
    await expect.poll(texts).toContain("krum");
    // Of both, 1 - 0.9 ^ 3.
    const successes = async () => (await texts()).filter((text) => text === "27.1 %").length;
    expect(await successes()).toBe(0);
    await panel.getByLabel("Cells show").selectOption("backdoor success");
    await expect.poll(successes).toBe(2);
    await panel.getByText("Table of attacks and defences").click();
    const table = panel.getByRole("table", { name: "Attacks and defences: backdoor success" });
    await table.getByRole("row", { name: "krum 27.1 %" }).waitFor();
    const advice = page.getByRole("region", { name: "Advice" });
    expect(await advice.getByRole("listitem").allTextContents()).toEqual([
      expect.stringMatching(/^mean: the only attack met was model-replacement at 20 %/),
      expect.stringMatching(/^krum: /),
    ]);
    expect(complaints).toEqual([]);
  });

  it("says so when there are none", async () => {
    const page = await visit("");
    await page.getByText("There are no runs here yet").waitFor();
    expect(await accessibilityComplaints(page)).toEqual([]);
  });
});

/** The figure on a card. */
const figure = (page: Page, name: string) =>
  page.locator(".figures > div").filter({ hasText: name }).locator(".value");

describe("a run", () => {
  it("follows its events, tells of them in words, and draws on what is drawn already", async () => {
    const before = upTo(4, going);
    server.add("going", before, "running");
    const page = await visit("#/run/going");
    await page.locator(".connection.is-live").waitFor();
    expect(await figure(page, "Rounds").textContent()).toBe("4");
    const chart = page.locator(".chart svg").first();
    await chart.waitFor();
    const drawing = await chart.elementHandle();
    const points = await chart.locator("path").count();

    const next = upTo(6, going).slice(before.length);
    server.repeat("going", 50);
    for (const event of next) server.record("going", event);
    await figure(page, "Rounds").filter({ hasText: "6" }).waitFor();
    await page
      .getByRole("status")
      .filter({ hasText: /^Round 6 finished: accuracy \d/ })
      .waitFor();
    await page.getByText("Round 6: 20 asked").waitFor();
    await page.waitForFunction(
      ([svg, count]) =>
        (svg as Element).isConnected && (svg as Element).querySelectorAll("path").length > (count as number),
      [drawing, points],
    );
    expect(await page.title()).toBe("6/30 going – Coterie");
    expect(complaints).toEqual([]);
  });

  it("says when the connection is lost and comes back without a gap", async () => {
    const before = upTo(2, going);
    server.add("going", before, "running");
    const page = await visit("#/run/going");
    await page.locator(".connection.is-live").waitFor();
    server.isDown = true;
    server.dropStreams();
    await page.locator(".connection.is-lost").waitFor();
    server.record("going", ...upTo(7, going).slice(before.length));
    server.isDown = false;
    await page.locator(".connection.is-live").waitFor();
    await figure(page, "Rounds").filter({ hasText: "7" }).waitFor();
  });

  it("draws what is out of sight too, and gives a round that has just begun no scale of nanoseconds", async () => {
    const begun = going.findIndex((event) => event.kind === "round-started" && event.round === 3);
    server.add("going", going.slice(0, begun + 1), "running");
    const page = await visit("#/run/going");
    await page.getByText("Round 3: 20 asked").waitFor();
    const texts = () =>
      page.evaluate(() => [...document.querySelectorAll(".chart")].map((chart) => chart.textContent ?? ""));
    await expect.poll(async () => (await texts()).length).toBeGreaterThan(5);
    await expect.poll(async () => (await texts()).every((text) => text !== "")).toBe(true);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    const timeline = (await texts()).find((text) => text.includes("seconds since the round began"));
    expect(timeline).toContain("client-20");
    expect(timeline).not.toMatch(/0\.0/);
  });

  it("forgets what a resume has superseded", async () => {
    const after = upTo(3, going).length;
    const log = upTo(6, going);
    server.add("going", log, "running");
    const page = await visit("#/run/going");
    await page.locator(".connection.is-live").waitFor();
    expect(await figure(page, "Rounds").textContent()).toBe("6");
    server.record("going", { ...stamp(log), kind: "run-resumed", after });
    await figure(page, "Rounds").filter({ hasText: "3" }).waitFor();
    await page.locator(".connection.is-live").waitFor();
    await page.locator(".facts > div", { hasText: "Resumed" }).filter({ hasText: "once" }).waitFor();
  });

  it("ends with the run: figures of the method, files, no more connection", async () => {
    const events = sampleLog({ run: "going" });
    server.add("going", events.slice(0, -1), "running");
    const page = await visit("#/run/going");
    await page.locator(".connection.is-live").waitFor();
    server.record("going", events.at(-1)!);
    await page.locator(".pill", { hasText: "finished" }).waitFor();
    expect(await page.locator(".connection").count()).toBe(0);
    await page.getByRole("heading", { name: "Figures of the method" }).waitFor();
    await page.getByRole("heading", { name: "Files" }).waitFor();
    await page.getByText("Recipe, with all defaults").click();
    await page.getByText("optimizer:").waitFor();
    expect(await accessibilityComplaints(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("shows why it failed, what was refused, and who is in trouble", async () => {
    const log = upTo(5, going);
    const refused: EventBody = {
      kind: "refused",
      from: "client-9",
      code: "message.invalid",
      reason: "too long",
    };
    log.push({ ...stamp(log), ...refused });
    log.push({ ...stamp(log), ...refused });
    log.push({ ...stamp(log), kind: "run-failed", code: "run.diverged", message: "It diverged.", round: 6 });
    server.add("broken", log, "failed");
    const page = await visit("#/run/broken");
    await page
      .getByRole("alert")
      .filter({ hasText: "Failed in round 6. It diverged. (run.diverged)" })
      .waitFor();
    const refusals = page.getByRole("table", { name: "Refused messages" });
    expect(await refusals.getByRole("row", { name: "message.invalid too long client-9 2" }).count()).toBe(1);
    const clients = page.getByRole("table", { name: "Clients", exact: true });
    expect(await clients.getByRole("row").count()).toBe(21);
    await clients.getByRole("button", { name: "Median latency" }).click();
    const sorted = clients.getByRole("columnheader", { name: "Median latency" });
    expect(await sorted.getAttribute("aria-sort")).toBe("descending");
    expect(complaints).toEqual([]);
  });

  it("can be stepped through round by round", async () => {
    server.add("going", upTo(9, going), "running");
    const page = await visit("#/run/going");
    await page.getByText("Round 9: 20 asked").waitFor();
    await page.getByRole("button", { name: "Earlier round" }).click();
    await page.getByText("Round 8: 20 asked").waitFor();
    await page.getByRole("slider", { name: "Round" }).press("ArrowLeft");
    await page.getByText("Round 7: 20 asked").waitFor();
    await page.getByText("Table of this round").click();
    const table = page.getByRole("table", { name: "Clients in round 7" });
    await table.waitFor();
    expect(await table.getByRole("row").count()).toBe(21);
    await page.getByRole("button", { name: "Newest" }).click();
    await page.getByText("Round 9: 20 asked").waitFor();
  });

  it("is stopped only after a second question, and by operators only", async () => {
    server.add("going", upTo(3, going), "running");
    const page = await visit("#/run/going");
    const asked = () => server.asked.filter((request) => request === "POST /api/runs/going/stop").length;
    const button = page.getByRole("button", { name: "Stop the run" });
    await button.click();
    const dialog = page.getByRole("dialog", { name: "Stop this run?" });
    await dialog.getByRole("button", { name: "Let it go on" }).click();
    await dialog.waitFor({ state: "hidden" });
    await button.click();
    expect(asked()).toBe(0);
    await dialog.getByRole("button", { name: "Stop the run" }).click();
    await page.getByRole("button", { name: "Stopping…" }).waitFor();
    expect(asked()).toBe(1);
    server.isDown = true;
    server.dropStreams();
    await page.getByText("The server has gone, most likely with the run.").waitFor();
    server.isDown = false;
    server.role = "observer";
    await page.reload();
    await page.locator(".pill", { hasText: "observer" }).waitFor();
    await page.locator(".connection.is-live").waitFor();
    expect(await button.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("says under a secure protocol who saw what, in the newest round", async () => {
    const log = secureLog({ run: "secure", rounds: 3, finished: false });
    server.add("secure", upTo(2, log), "running");
    const page = await visit("#/run/secure");
    const panel = page.getByRole("region", { name: "Who saw what" });
    await panel.getByRole("heading", { name: "Messages of round 2" }).waitFor();
    await panel.getByText("19 sums of shares: any K + T = 17 give the sum of 18 updates").waitFor();
    const loads = panel.getByRole("table", { name: "Bytes and symbols by party" });
    await loads.getByRole("row", { name: "server 6.39 MB 473 kB 103,989 received 103,989 1" }).waitFor();
    const [pattern, exchange] = await panel.locator(".chart").all();
    await pattern.locator("svg text", { hasText: "342 × share, 8.43 MB" }).waitFor();
    await exchange.locator("svg text", { hasText: "client-10" }).first().waitFor();
    await panel.getByText("Table of messages").click();
    await panel
      .getByRole("row", { name: /share client to client 342 .* a share of its update, sealed/ })
      .waitFor();
    server.record("secure", ...upTo(3, log).slice(upTo(2, log).length));
    await panel.getByRole("heading", { name: "Messages of round 3" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("says when there is no such run", async () => {
    const page = await visit("#/run/nowhere");
    await page.getByRole("alert").filter({ hasText: "no such run" }).waitFor();
    expect(await accessibilityComplaints(page)).toEqual([]);
  });

  it("does not run what a hostile client calls itself", async () => {
    const evil = `</script><img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">{a}`;
    server.add("evil", sampleLog({ run: "evil", text: evil, nameOf: (n) => `${evil}${n}`, rounds: 6 }));
    const page = await visit("#/run/evil");
    await page.getByText("Round 6: 20 asked").waitFor();
    for (const chart of await page.locator(".chart").all()) {
      await chart.scrollIntoViewIfNeeded();
      const box = (await chart.boundingBox())!;
      for (const share of [0.3, 0.5, 0.7])
        await page.mouse.move(box.x + box.width * share, box.y + box.height * 0.4);
    }
    await page.waitForFunction(
      () => /onerror/.test(document.querySelector(".chart svg")?.textContent ?? "") || true,
    );
    expect(await page.evaluate(() => "pwned" in window)).toBe(false);
    expect(await page.locator("main img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("reads a long history of many clients, and says what it leaves out", async () => {
    const long = sampleLog({ run: "long", clients: 1000, rounds: 8, finished: false });
    expect(long.length).toBeGreaterThan(10_000);
    server.add("long", long, "running");
    const page = await visit("#/run/long");
    await page.locator(".connection.is-live").waitFor();
    expect(await figure(page, "Rounds").textContent()).toBe("8");
    await page.getByText("Drawn are 40 clients").waitFor();
    const clients = page.getByRole("table", { name: "Clients", exact: true });
    expect(await clients.getByRole("row").count()).toBe(51);
    await page.getByRole("button", { name: "Show more (50 of 1000 shown)" }).click();
    expect(await clients.getByRole("row").count()).toBe(101);
    expect(complaints).toEqual([]);
  });
});

/** Sequence and times of the event that comes after a log. */
function stamp(log: readonly RunEvent[]): Pick<RunEvent, "sequence" | "at" | "wall"> {
  const { sequence, at, wall } = log.at(-1)!;
  return { sequence: sequence + 1, at: at + 1, wall: wall + 1 };
}

describe("every page", () => {
  const pages = ["", "#/run/done", "#/compare/done,going"];
  beforeEach(() => {
    // With all that pages can show: messages of a secure protocol, and a defence that differs from the other run's.
    server.add("done", secureLog({ run: "done", aggregator: { kind: "median" } }));
    server.add("going", upTo(4, going), "running");
  });
  const settled = (page: Page) => page.locator(".panel").first().waitFor();

  it.each(pages)("fits a phone in the dark (%s)", async (address) => {
    const page = await visit(address, { dark: true, width: 360 });
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(15, 19, 24)",
    );
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(244, 246, 249)",
    );
    expect(complaints).toEqual([]);
  });

  it.each(pages)("can be read and used without eyes or a mouse (%s)", async (address) => {
    const page = await visit(address);
    // Otherwise the way here has moved the focus already.
    await page.reload();
    await settled(page);
    expect(await accessibilityComplaints(page)).toEqual([]);
    const reachable = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>("a, button, input, select, summary, .scroll")].filter(
          (element) => element.checkVisibility() && !element.matches(":disabled"),
        ).length,
    );
    const reached = new Set<string>();
    for (let i = 0; i < reachable; i++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        element.dataset.reached ??= String(Math.random());
        const seen = outlineStyle !== "none" && outlineWidth !== "0px";
        return { id: element.dataset.reached, seen: seen || element.outerHTML.slice(0, 200) };
      });
      expect(focused.seen).toBe(true);
      reached.add(focused.id);
    }
    expect(reached.size).toBe(reachable);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(
      await page.evaluate(
        () => document.getAnimations().filter(({ playState }) => playState === "running").length,
      ),
    ).toBe(0);
  });

  it("moves the focus and the view to a page that was chosen", async () => {
    const page = await visit("");
    await page.getByRole("link", { name: "done" }).click();
    await page.getByRole("heading", { name: "Learning" }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
    await page.goBack();
    await page.getByRole("heading", { name: "Runs" }).waitFor();
  });
});

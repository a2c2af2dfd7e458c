/** The dashboard as users start it: `coterie ui` beside a run, and `coterie run --ui`, in processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { streamed } from "../dashboard/testing/test-dashboard.ts";
import type { ListedRun } from "../records/live/listed-run.ts";
import { runProgram } from "./program.ts";

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-ui-"));
  const recipe = `name: small
task: tabular-logistic
data: { csv: flowers.csv, label: species }
clients: 3
rounds: 4
local: { batch: 8 }
`;
  await writeFile(join(folder, "small.yaml"), recipe);
  await writeFile(join(folder, "flowers.csv"), await readFile(resolve("recipes/data/iris.csv")));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly text: { out: string; err: string };
  readonly code: Promise<number | null>;
}

function coterie(...words: string[]): Started {
  const child = spawn(process.execPath, [resolve("bin/coterie.js"), ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const text = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (text.out += chunk));
  child.stderr.on("data", (chunk) => (text.err += chunk));
  return { child, text, code: once(child, "close").then(([code]) => code) };
}

interface Browser {
  readonly origin: string;
  readonly role: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Opens the link that a process prints, as the page does: the token becomes a cookie. */
async function open({ child, text, code }: Started, stream: "out" | "err"): Promise<Browser> {
  const link = /^(http:\/\/127\.0\.0\.1:\d+)\/dashboard\/#token=([\w-]{43})\n/m;
  const ended = code.then(() => Promise.reject(new Error(`It ended: ${text.err}`)));
  const pipe = stream === "out" ? child.stdout! : child.stderr!;
  while (!link.test(text[stream])) await Promise.race([once(pipe, "data"), ended]);
  ended.catch(() => {});
  const [, origin, token] = link.exec(text[stream])!;
  expect((await fetch(`${origin}/dashboard/`)).status).toBe(200);
  const login = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const cookie = login.headers.getSetCookie()[0].split(";")[0];
  const { role } = (await login.json()) as { role: string };
  return {
    ...{ origin, role },
    ask: (path, init) => fetch(`${origin}/api/${path}`, { ...init, headers: { cookie, "x-coterie": "1" } }),
  };
}

const listed = async ({ ask }: Browser) => ((await (await ask("runs")).json()) as { runs: ListedRun[] }).runs;

/** Waits for a run to be listed. */
async function firstRun(browser: Browser): Promise<string> {
  for (;;) {
    const [run] = await listed(browser);
    if (run !== undefined) return run.run;
  }
}

test("coterie ui shows a run that another process carries, from its start to its end", async () => {
  const ui = coterie("ui");
  const browser = await open(ui, "out");
  expect(browser.role).toBe("observer");
  expect(await listed(browser)).toEqual([]);

  const { text, code } = coterie("run", "small.yaml", "--set", "rounds=60", "--json", "--quiet");
  const run = await firstRun(browser);
  const ids: number[] = [];
  const kinds: string[] = [];
  for await (const { id, event, data } of streamed(await browser.ask(`runs/${run}/stream`))) {
    if (event === "run") ids.push(Number(id));
    if (event !== undefined) kinds.push(event === "run" ? JSON.parse(data!).kind : event);
  }
  expect(await code).toBe(0);
  expect(ids).toEqual(ids.map((_, i) => i + 1));
  expect([kinds[0], ...kinds.slice(-2)]).toEqual(["run-started", "run-finished", "end"]);
  const { final, best } = JSON.parse(text.out);
  expect(await listed(browser)).toMatchObject([
    { run, state: "finished", finished: 60, accuracy: final.accuracy, best: best.accuracy },
  ]);

  expect((await browser.ask(`runs/${run}/stop`, { method: "POST" })).status).toBe(403);
  ui.child.kill("SIGINT");
  expect(await ui.code).toBe(0);
  expect(ui.text.out.trimEnd().split("\n")).toHaveLength(1);
  expect(ui.text.err).toBe("");
});

test("coterie run --ui shows its run, stops it on request, and ends with it", async () => {
  const words = ["run", "small.yaml", "--set", "rounds=400", "--json", "--quiet", "--ui", "0"];
  const first = coterie(...words);
  const browser = await open(first, "err");
  expect(browser.role).toBe("operator");
  const run = await firstRun(browser);
  const stop = await browser.ask(`runs/${run}/stop`, { method: "POST" });
  expect(stop.status).toBe(202);
  expect(await first.code).toBe(3);
  expect(first.text.err).toContain("as asked for in the dashboard");
  const { error } = JSON.parse(first.text.out);
  expect(error).toMatchObject({ code: "run.interrupted", message: expect.stringContaining("--resume") });
  await expect(fetch(`${browser.origin}/healthz`)).rejects.toThrow();

  const second = coterie(...words, "--out", join("runs", run), "--resume");
  const again = await open(second, "err");
  const messages: string[] = [];
  for await (const { event, data } of streamed(await again.ask(`runs/${run}/stream`))) {
    messages.push(event === "run" ? JSON.parse(data!).kind : `${data}`);
  }
  expect(messages).toContain("run-resumed");
  expect(messages.slice(-2)).toEqual(["run-finished", '{"state":"finished"}']);
  expect(await second.code).toBe(0);
});

test("a second dashboard finds a port of its own, unless it was told which", async () => {
  const first = await open(coterie("ui"), "out");
  const second = await open(coterie("ui", "."), "out");
  expect(second.origin).not.toBe(first.origin);
  const third = coterie("ui", "--port", new URL(first.origin).port);
  expect(await third.code).toBe(2);
  expect(third.text).toMatchObject({ out: "", err: expect.stringMatching(/^coterie: .*EADDRINUSE.*\n$/) });
});

test.each([
  [["ui", "absent"], "There is no folder absent"],
  [["ui", "package.json"], "There is no folder package.json"],
  [["ui", "RUN"], "is a run itself"],
  [["ui", "--port", "65536"], "a port from 0 to 65535"],
  [["run", "--ui", "quickstart"], "a port from 0 to 65535"],
])("the wrong command line %j is refused with one sentence", async (words, sentence) => {
  await writeFile(join(folder, "events.sqlite"), "");
  const out = new PassThrough();
  const err = new PassThrough();
  const named = words.map((word) => (word === "RUN" ? folder : word));
  expect(await runProgram(named, async function* () {}, { out, err })).toBe(2);
  expect(out.read()).toBe(null);
  expect(String(err.read())).toMatch(new RegExp(`^coterie: .*${sentence}.*\n$`));
});

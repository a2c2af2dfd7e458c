import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { summarize } from "../records/index.ts";
import type { ListedRun } from "../records/live/listed-run.ts";
import { sampleLog } from "../testing/sample-log.ts";
import {
  type Answer,
  ask,
  asObserver,
  asOperator,
  codeOf,
  realLog,
  type TestDashboard,
  testDashboard,
  tokens,
  writeRun,
} from "./testing/test-dashboard.ts";

const stopped: string[] = [];
let dashboard: TestDashboard;

beforeEach(async () => {
  stopped.length = 0;
  dashboard = await testDashboard({ stop: (run) => run === "live" && stopped.push(run) > 0 });
  await writeRun(dashboard.root, "live", sampleLog({ run: "live", rounds: 3, finished: false }));
});

afterEach(async () => {
  vi.useRealTimers();
  await dashboard[Symbol.asyncDispose]();
  expect(dashboard.errors).toEqual([]);
});

const csrf = { "x-coterie": "1" };
const json = { "content-type": "application/json" };
const get = (path: string, headers = {}) => ask(dashboard.url, path, { headers });
const post = (path: string, headers = {}, body = "") =>
  ask(dashboard.url, path, { method: "POST", headers, body });
const login = (token: string) => post("/api/login", json, JSON.stringify({ token }));

/** The cookie that an answer sets, as a browser sends it back. */
const cookieOf = (answer: Answer) => ({
  cookie: answer.headers["set-cookie"]![0].split(";")[0],
});

test("a dashboard of one run shows nothing of its neighbours", async () => {
  await using own = await testDashboard({ run: "live" });
  for (const run of ["live", "other"]) await writeRun(own.root, run, sampleLog({ run, rounds: 3 }));
  const ofOwn = (path: string) => ask(own.url, path, { headers: asObserver });
  const { runs } = JSON.parse((await ofOwn("/api/runs")).body) as { runs: ListedRun[] };
  expect(runs.map(({ run }) => run)).toEqual(["live"]);
  expect((await ofOwn("/api/runs/live/events")).status).toBe(200);
  for (const what of ["events", "stream"]) {
    expect((await ofOwn(`/api/runs/other/${what}`)).status).toBe(404);
  }
  expect((await ofOwn("/metrics")).body).toContain('coterie_runs{state="finished"} 1');
});

describe("who may do what", () => {
  /** Path, then the status without a token, for an observer, for an operator. */
  test.each([
    ["GET", "/", 302, 302, 302],
    ["GET", "/dashboard", 302, 302, 302],
    ["GET", "/dashboard/", 200, 200, 200],
    ["GET", "/join/", 200, 200, 200],
    ["GET", "/assets/", 404, 404, 404],
    ["GET", "/healthz", 200, 200, 200],
    ["HEAD", "/healthz", 200, 200, 200],
    ["GET", "/metrics", 401, 200, 200],
    ["GET", "/api/me", 401, 200, 200],
    ["GET", "/api/runs", 401, 200, 200],
    ["GET", "/api/runs/live/events", 401, 200, 200],
    ["HEAD", "/api/runs/live/stream", 401, 200, 200],
    ["GET", "/api/runs/dead/events", 401, 404, 404],
    ["GET", "/api/runs/dead/stream", 401, 404, 404],
    ["POST", "/api/runs/live/stop", 401, 403, 202],
    ["POST", "/api/runs/dead/stop", 401, 403, 404],
    ["GET", "/api/runs/live/stop", 401, 404, 404],
    ["GET", "/api/login", 401, 404, 404],
    ["GET", "/nowhere", 401, 404, 404],
    ["GET", "/api/nowhere", 401, 404, 404],
    ["GET", "/favicon.ico", 401, 404, 404],
    ["POST", "/dashboard/", 401, 403, 404],
    ["POST", "/healthz", 401, 403, 404],
    ["DELETE", "/api/runs/live", 401, 403, 404],
    ["OPTIONS", "/api/runs", 401, 403, 404],
  ])("%s %s: %i, %i, %i", async (method, path, nobody, observer, operator) => {
    const statusWith = async (headers: Record<string, string>) =>
      (await ask(dashboard.url, path, { method, headers: { ...headers, ...csrf } })).status;
    expect(await statusWith({})).toBe(nobody);
    expect(await statusWith(asObserver)).toBe(observer);
    expect(await statusWith(asOperator)).toBe(operator);
    expect(await statusWith({ authorization: "Bearer wrong" })).toBe(nobody);
    expect(stopped).toEqual(path === "/api/runs/live/stop" && method === "POST" ? ["live"] : []);
  });

  test("a mutation needs the header that other origins cannot send", async () => {
    const refused = await post("/api/runs/live/stop", asOperator);
    expect([refused.status, codeOf(refused)]).toEqual([403, "dashboard.header"]);
    expect(stopped).toEqual([]);
  });

  test("without an operator's token nobody is an operator", async () => {
    await using watched = await testDashboard({ tokens: { observer: "x" } });
    for (const token of ["", "undefined"]) {
      const authorization = `Bearer ${token}`;
      expect((await ask(watched.url, "/api/me", { headers: { authorization } })).status).toBe(401);
    }
  });
});

describe("logging in", () => {
  test("gives a cookie that scripts cannot read and other sites cannot send", async () => {
    const answer = await login(tokens.observer);
    expect([answer.status, answer.body]).toEqual([200, '{"role":"observer"}']);
    expect(answer.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^coterie-[0-9a-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    const { cookie } = cookieOf(answer);
    expect((await get("/api/me", { cookie })).body).toBe('{"role":"observer"}');
    expect((await post("/api/runs/live/stop", { cookie, ...csrf })).status).toBe(403);
    expect((await get("/api/me", { cookie: `${cookie.split("=")[0]}=${tokens.observer}` })).status).toBe(401);
  });

  test("as an operator lets a browser stop runs, but only with the header", async () => {
    const cookie = cookieOf(await login(tokens.operator));
    expect((await post("/api/runs/live/stop", cookie)).status).toBe(403);
    expect((await post("/api/runs/live/stop", { ...cookie, ...csrf })).status).toBe(202);
    expect(stopped).toEqual(["live"]);
  });

  test("lasts twelve hours", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const cookie = cookieOf(await login(tokens.observer));
    vi.advanceTimersByTime(12 * 3600 * 1000 - 1);
    expect((await get("/api/me", cookie)).status).toBe(200);
    vi.advanceTimersByTime(1);
    expect((await get("/api/me", cookie)).status).toBe(401);
  });

  test("of a 257th displaces the first", async () => {
    const first = cookieOf(await login(tokens.observer));
    const second = cookieOf(await login(tokens.observer));
    for (let i = 0; i < 255; i++) await login(tokens.observer);
    expect((await get("/api/me", first)).status).toBe(401);
    expect((await get("/api/me", second)).status).toBe(200);
  });

  test.each([
    ["no JSON", json, "token", 400],
    ["no token", json, "{}", 400],
    ["a token that is no text", json, '{"token":1}', 400],
    ["more than a token", json, '{"token":"a","role":"operator"}', 400],
    ["a type that a form of another site can send", { "content-type": "text/plain" }, '{"token":"a"}', 400],
    ["a long body", json, JSON.stringify({ token: "x".repeat(5000) }), 413],
    ["a long body of unknown length", { ...json, "transfer-encoding": "chunked" }, "x".repeat(5000), 413],
  ])("with %s is refused", async (_what, headers, body, status) => {
    expect((await post("/api/login", headers, body)).status).toBe(status);
  });

  test("after ten wrong tokens has to wait until the minute is over, but not with the right one", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const session = cookieOf(await login(tokens.observer));
    for (let i = 0; i < 5; i++) {
      expect((await login(`wrong ${i}`)).status).toBe(401);
      expect((await get("/api/me", { authorization: "Bearer wrong" })).status).toBe(401);
      vi.advanceTimersByTime(1000);
    }
    const refused = await login("wrong again");
    expect([refused.status, codeOf(refused), refused.headers["retry-after"]]).toEqual([
      ...[429, "dashboard.attempts", "55"],
    ]);
    expect((await get("/api/me", { authorization: "Bearer wrong" })).status).toBe(429);
    expect((await get("/api/me", asObserver)).status).toBe(200);
    expect((await login(tokens.observer)).status).toBe(200);
    expect((await get("/api/me", session)).status).toBe(200);
    vi.advanceTimersByTime(55_000);
    expect((await login("wrong again")).status).toBe(401);
  });
});

describe("every answer", () => {
  test.each([
    ["/dashboard/", {}],
    ["/healthz", {}],
    ["/", {}],
    ["/api/runs", {}],
    ["/api/runs", asObserver],
    ["/api/runs/live/events?after=x", asObserver],
    ["/metrics", asObserver],
    ["/nowhere", asObserver],
    ["/healthz", { host: "attacker.example" }],
  ])("confines the browser (%s %j)", async (path, given) => {
    const { headers } = await get(path, given);
    const host = "host" in given ? given.host : new URL(dashboard.url).host;
    expect(headers).toMatchObject({
      "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self' ws://${host}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": path === "/dashboard/" ? "no-cache" : "no-store",
    });
    expect(headers).not.toHaveProperty("strict-transport-security");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test.each([
    "localhost",
    "attacker.example",
    "127.0.0.1.attacker.example",
    "127.0.0.1@attacker.example",
    "[::1]",
  ])("is a refusal when the host is %s", async (name) => {
    for (const path of ["/dashboard/", "/healthz", "/api/runs"]) {
      const host = `${name}:${new URL(dashboard.url).port}`;
      const { status } = await get(path, { host, ...asObserver });
      expect([path, status]).toEqual([path, name.includes("@") ? 400 : 421]);
    }
  });
});

describe("the pages", () => {
  test("may use WebAssembly where the client trains, and are kept as long as they may", async () => {
    const page = await get("/join/");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toMatch(
      /script-src 'self' 'wasm-unsafe-eval'; .*img-src 'self' blob:;/,
    );
    const script = /src="\.\.(\/assets\/[^"]+\.js)"/.exec(page.body)![1];
    const asset = await get(script);
    expect(asset.headers).toMatchObject({
      "content-type": expect.stringMatching(/^text\/javascript/),
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": page.headers["content-security-policy"],
    });
    expect((await get("/assets/absent.js")).headers["cache-control"]).toBe("no-cache");
  });
});

describe("GET /api/runs", () => {
  test("lists runs by their start, latest first", async () => {
    const log = realLog({ run: "old", rounds: 4 }).map((event) => ({ ...event, wall: event.wall - 1e6 }));
    await writeRun(dashboard.root, "old", log);
    const { runs } = JSON.parse((await get("/api/runs", asObserver)).body) as { runs: ListedRun[] };
    const { final, best } = summarize(log);
    const facts = { recipe: "quickstart", task: "mnist-mlp", clients: 20, seed: 1 };
    expect(runs).toEqual([
      expect.objectContaining({ run: "live", state: "interrupted", rounds: 3, finished: 3, ...facts }),
      {
        ...{ run: "old", state: "finished", rounds: 4, finished: 4, ...facts },
        ...{
          accuracy: final!.accuracy,
          best: best!.accuracy,
          startedAt: log[0].wall,
          updatedAt: log.at(-1)!.wall,
        },
      },
    ]);
  });
});

describe("GET /api/runs/RUN/events", () => {
  const events = async (query: string) =>
    JSON.parse((await get(`/api/runs/live/events${query}`, asObserver)).body) as {
      events: { sequence: number }[];
      last: number;
    };

  test("gives the effective history in pages", async () => {
    const log = sampleLog({ run: "live", rounds: 3, finished: false });
    expect((await events("")).events).toEqual(JSON.parse(JSON.stringify(log)));
    const page = await events("?after=7&limit=2");
    expect([page.events.map((event) => event.sequence), page.last]).toEqual([[8, 9], log.length]);
    expect(await events(`?after=${log.length}`)).toEqual({ events: [], last: log.length });

    const resumed = { kind: "run-resumed", after: 4, sequence: log.length + 1, at: 0, wall: 0 } as const;
    await writeRun(dashboard.root, "live", [resumed]);
    const sequences = (await events("?after=2")).events.map((event) => event.sequence);
    expect(sequences).toEqual([3, 4, resumed.sequence]);
  });

  test.each([
    "after=-1",
    "after=1.5",
    "after=x",
    "after=",
    "limit=0",
    "limit=5001",
    "after=1e3",
    "limit=0x5",
  ])("refuses ?%s", async (query) => {
    const answer = await get(`/api/runs/live/events?${query}`, asObserver);
    expect([answer.status, codeOf(answer)]).toEqual([400, "dashboard.query"]);
  });

  test.each([
    "..",
    "%2e%2e",
    "..%2flive",
    "live%2f",
    ".",
    "",
    "%00",
    "live%00",
    "LIVE",
    "no-run",
    "%zz",
    "a%5c..%5clive",
  ])("leads nowhere but to a run of the folder (%s)", async (run) => {
    writeFileSync(join(dashboard.root, "no-run"), "");
    for (const what of ["events", "stream"]) {
      const { status } = await get(`/api/runs/${run}/${what}`, asObserver);
      expect([status, what]).toEqual([404, what]);
    }
  });
});

test("what does not exist is told in one form", async () => {
  for (const path of ["/nowhere", "/api/nowhere", "/assets/absent.js"]) {
    const answer = await get(path, asObserver);
    expect([answer.status, codeOf(answer)]).toEqual([404, "dashboard.not-found"]);
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
  }
});

test("stopping a run that another process carries is a conflict", async () => {
  await writeRun(dashboard.root, "other", sampleLog({ rounds: 1 }));
  const answer = await post("/api/runs/other/stop", { ...asOperator, ...csrf });
  expect([answer.status, codeOf(answer)]).toEqual([409, "dashboard.not-carried"]);
});

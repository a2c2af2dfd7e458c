/** `coterie serve` and `coterie join` as users meet them: processes, real sockets, files of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../records/node/index.ts";
import { inUrl, isLoopback, parseListenAddress, reachableHosts } from "./serve/listen-address.ts";

const bin = resolve("bin/coterie.js");
let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  folder = await mkdtemp(join(tmpdir(), "coterie-serve-"));
  await writeFile(join(folder, "flowers.yaml"), recipe);
  const iris = await readFile(resolve("recipes/data/iris.csv"), "utf8");
  const [header, ...rows] = iris.trim().split("\n");
  await writeFile(join(folder, "iris.csv"), iris);
  for (const part of [0, 1]) {
    const own = rows.filter((_, i) => i % 2 === part);
    await writeFile(join(folder, `part-${part}.csv`), [header, ...own].join("\n"));
  }
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const recipe = `name: flowers
task: tabular-logistic
data: { csv: iris.csv, label: species }
clients: 2
rounds: 3
select: { minimum: 2 }
local: { epochs: 2, batch: 8, optimizer: { kind: sgd, rate: 0.1 } }
`;

function coterie(...words: string[]) {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, COTERIE_HOME: join(folder, "home") },
  });
  children.push(child);
  const said = { out: "", err: "" };
  const listeners = new Set<() => void>();
  child.stdout.on("data", (chunk) => (said.out += chunk));
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((done) =>
    child.on("close", (code) => done({ code, ...said })),
  );
  /** What standard error says, once it matches. */
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((done, failed) => {
      const look = () => {
        const match = said.err.match(pattern);
        if (match) done(match);
      };
      listeners.add(look);
      look();
      void ended.then(() => failed(new Error(`ended before it said ${pattern}:\n${said.err}`)));
    });
  return { child, ended, says };
}

const serve = (...words: string[]) => coterie("serve", "flowers.yaml", "--out", "run", ...words);
const joinLink = async (server: ReturnType<typeof coterie>) => (await server.says(/^join +(\S+)$/m))[1];

async function events() {
  await using store = openSqliteStore(join(folder, "run", "events.sqlite"), { readOnly: true });
  return await store.readAll();
}

describe("serve and join", () => {
  test("two clients with tables of their own, over TLS with a certificate made on the fly", async () => {
    // 0.0.0.0 is beyond loopback as far as the server knows; the clients come by loopback.
    const server = serve("--listen", "0.0.0.0:0", "--json");
    const link = (await joinLink(server)).replace(/^https:\/\/[^/]*:/, "https://127.0.0.1:");
    expect(link).toMatch(/^https:.*#t=.*&k=.*&c=[0-9a-f]{64}$/);
    const [ann, bob] = ["ann", "bob"].map((name, i) =>
      coterie("join", link, "--name", name, "--data", `part-${i}.csv`, "--json"),
    );
    const { code, out } = await server.ended;
    expect(code).toBe(0);
    const summary = JSON.parse(out);
    expect(summary.rounds).toHaveLength(3);
    expect(summary.final.accuracy).toBeGreaterThan(0.6);
    for (const [name, { ended }] of [["ann", ann] as const, ["bob", bob] as const]) {
      const client = await ended;
      expect(client.code).toBe(0);
      expect(JSON.parse(client.out)).toMatchObject({
        name,
        run: "run",
        rounds: 3,
        accepted: 3,
        end: "finished",
      });
    }
    // Nothing secret is in the log or open to others.
    expect(await readFile(join(folder, "run", "server.log"), "utf8")).not.toContain(
      /#t=([^&]*)/.exec(link)![1],
    );
    expect((await stat(join(folder, "run", "keys"))).mode & 0o77).toBe(0);
  });

  test("an invitation for one client lets in no second one, and a wrong token nobody", async () => {
    const server = serve("--listen", "127.0.0.1:0", "--invitations", "1");
    const link = await joinLink(server);
    const first = coterie("join", link, "--name", "ann", "--data", "part-0.csv");
    await first.says(/^connected$/m);
    const second = await coterie("join", link, "--name", "bob", "--data", "part-1.csv").ended;
    expect(second.code).toBe(1);
    expect(second.err).toContain("used already");
    const forged = link.replace(/t=[^&]*/, `t=${"A".repeat(43)}`);
    const third = await coterie("join", forged, "--name", "eve", "--data", "part-1.csv", "--json").ended;
    expect(third.code).toBe(1);
    expect(JSON.parse(third.out).error.code).toBe("session.token");
  });

  test("a server that is told to stop goes on later, with the clients that have waited", async () => {
    const server = serve("--listen", "127.0.0.1:0", "--set", "rounds=400");
    const link = await joinLink(server);
    const clients = [0, 1].map((i) =>
      coterie("join", link, "--name", `client-${i}`, "--data", `part-${i}.csv`),
    );
    await server.says(/round 5\//);
    server.child.kill("SIGTERM");
    const stopped = await server.ended;
    expect(stopped.code).toBe(3);
    expect(stopped.err).toMatch(/continue with: coterie serve flowers.yaml .*--out run --resume/);
    const before = (await events()).filter(({ kind }) => kind === "round-finished").length;
    const address = new URL(link).host;
    const again = serve("--listen", address, "--resume", "--set", "rounds=400");
    await again.says(/resumed from the last checkpoint/);
    await again.says(new RegExp(`round ${before + 3}/`));
    for (const { child } of clients) child.kill("SIGINT");
    for (const { ended } of clients) expect((await ended).code).toBe(3);
    const rounds = (await events()).flatMap((event) =>
      event.kind === "round-finished" ? [event.round] : [],
    );
    expect(rounds).toEqual(rounds.map((_, i) => i + 1));
    expect(rounds.length).toBeGreaterThan(before);
  });

  test("a client without data learns what to give", async () => {
    const server = serve("--listen", "127.0.0.1:0");
    const client = await coterie("join", await joinLink(server)).ended;
    expect(client.code).toBe(2);
    expect(client.err).toContain("give yours by --data");
  });

  test.each([
    [["--listen", "nowhere"], "serve.listen"],
    [["--listen", "127.0.0.1:0", "--cert", "cert.pem"], "serve.tls"],
    [["--listen", "127.0.0.1:0", "--allow", "missing.txt"], "serve.allow"],
    [["--public", "ftp://example.org"], "cli.usage"],
  ])("serve %j is refused with a sentence (%s)", async (words, code) => {
    const { code: exit, out } = await serve(...words, "--json").ended;
    expect(exit).toBe(2);
    expect(JSON.parse(out).error.code).toBe(code);
  });
});

test("addresses to listen on", () => {
  expect(parseListenAddress("[::1]:0")).toEqual({ host: "::1", port: 0 });
  expect(parseListenAddress("0.0.0.0:443")).toEqual({ host: "0.0.0.0", port: 443 });
  for (const wrong of ["", ":80", "host", "host:99999", "::1:80", "a b:1"]) {
    expect(() => parseListenAddress(wrong)).toThrow("--listen");
  }
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "128.0.0.1", "127.0.0.1.example.org"].some(isLoopback)).toBe(false);
  expect(reachableHosts("127.0.0.1")[0]).toBe("127.0.0.1");
  expect(reachableHosts("0.0.0.0")).not.toContain("0.0.0.0");
  expect(inUrl("::1")).toBe("[::1]");
});

/** `coterie serve` and `coterie join` as users meet them: processes, real sockets, files of their own. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "../records/node/index.ts";
import { runProgram } from "./program.ts";
import { inUrl, isLoopback, parseListenAddress, reachableHosts } from "./serve/listen-address.ts";
import { type Command, Commands } from "./testing/commands.ts";

let folder: string;
let commands: Commands;
const coterie = (...words: string[]) => commands.start(...words);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-serve-"));
  commands = new Commands(folder);
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
  commands.kill();
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

/** The same without a process of its own, for commands that only look. */
async function inThisProcess(...words: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const code = await runProgram(words, async function* () {}, { out, err });
  return { code, out: String(out.read() ?? ""), err: String(err.read() ?? "") };
}

const serve = (...words: string[]) => coterie("serve", "flowers.yaml", "--out", "run", ...words);
const joinLink = async (server: Command) => (await server.says(/^join +(\S+)$/m))[1];

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
    await cp(join(folder, "run"), join(folder, "neighbour"), { recursive: true });
    const again = serve("--listen", address, "--resume", "--set", "rounds=400");
    await again.says(/resumed from the last checkpoint/);
    const [, token] = await again.says(/^dashboard .*#token=(\S+)$/m);
    const asked = await fetch(`http://${address}/api/runs`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await asked.json()).toMatchObject({ runs: [{ run: "run" }] });
    await again.says(new RegExp(`round ${before + 3}/`));
    for (const { child } of clients) child.kill("SIGINT");
    for (const { ended } of clients) {
      const { code, err } = await ended;
      expect(code).toBe(3);
      expect(err).toMatch(/coterie: This client has left; the same command brings it back to the run\.\n$/);
      expect(err).not.toContain("safe point");
    }
    const rounds = (await events()).flatMap((event) =>
      event.kind === "round-finished" ? [event.round] : [],
    );
    expect(rounds).toEqual(rounds.map((_, i) => i + 1));
    expect(rounds.length).toBeGreaterThan(before);
  });

  test("a client that cannot trust the server's certificate ends at once, and says what to do", async () => {
    const link = await joinLink(serve("--listen", "0.0.0.0:0"));
    const here = link.replace(/^https:\/\/[^/]*:/, "https://127.0.0.1:");
    const other = here.replace(/c=[0-9a-f]{64}/, `c=${"0".repeat(64)}`);
    const none = here.replace(/&c=[0-9a-f]{64}/, "");
    for (const [wrong, sentence] of [
      [other, "another TLS certificate than the join link names; ask its operator for a fresh link"],
      [none, "is not to be trusted (self-signed certificate); join with the whole link"],
    ]) {
      const { code, out, err } = await coterie("join", wrong, "--data", "part-0.csv", "--json").ended;
      expect(code).toBe(2);
      expect(JSON.parse(out).error).toMatchObject({ code: "tls.certificate" });
      expect(err).toContain(sentence);
      expect(err).not.toContain("Next attempt");
    }
  });

  test("a client looks for a server that is not there for as long as it is told", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    taken.close();
    const { code, out, err } = await coterie(
      ...["join", `http://127.0.0.1:${port}`, "--patience", "1", "--json"],
    ).ended;
    expect(code).toBe(1);
    expect(JSON.parse(out).error.code).toBe("session.unreachable");
    expect(err).toMatch(/Next attempt in /);
    expect(err).toMatch(/could not be reached for 1 s \(.*ECONNREFUSED.*\); ask its operator/);
  });

  test("the operator puts a client out while the run goes on, takes an invitation back, and lets the client in again", async () => {
    const server = serve("--listen", "127.0.0.1:0", "--set", "rounds=5000");
    const link = await joinLink(server);
    const [ann, mallory] = ["ann", "mallory"].map((name, i) =>
      coterie("join", link, "--name", name, "--data", `part-${i}.csv`, "--json"),
    );
    await server.says(/round 3\//);
    const clients = (...words: string[]) => inThisProcess("clients", join(folder, "run"), ...words);
    const key = (await coterie("key", "--name", "mallory").ended).out.trim().split(" ")[1];
    expect(JSON.parse((await clients("--json")).out).clients).toContainEqual({
      ...{ name: "mallory", key, role: "client", banned: false },
    });

    const banned = await clients("--ban", "mallory", "--revoke", "all");
    expect(banned.err).toBe("changed; a server that is running takes note within two seconds\n");
    expect(banned.out).toMatch(new RegExp(`^mallory +${key} +client +banned$`, "m"));
    expect(banned.out).toMatch(/^[0-9a-f]{16} +anybody +revoked$/m);
    const out = await mallory.ended;
    expect(out.code).toBe(1);
    expect(JSON.parse(out.out).error.code).toBe("session.banned");
    const late = await coterie("join", link, "--name", "eve", "--data", "part-1.csv", "--json").ended;
    expect(JSON.parse(late.out).error.code).toBe("session.token");

    expect((await clients("--unban", "mallory")).out).toMatch(/^mallory .* client$/m);
    await expect
      .poll(async () => readFile(join(folder, "run", "server.log"), "utf8"), { timeout: 10_000 })
      .toMatch(/"banned":\["mallory"\].*"banned":\[\]/s);
    const again = coterie("join", link, "--name", "mallory", "--data", "part-1.csv");
    await again.says(/^round \d+: counts/m);
    for (const { child } of [ann, again]) child.kill("SIGKILL");
    for (const [words, code] of [
      [["--ban", "nobody"], "clients.unknown"],
      [["--revoke", "nothing"], "clients.invitation"],
    ] as const) {
      const wrong = await clients(...words, "--json");
      expect([wrong.code, JSON.parse(wrong.out).error.code]).toEqual([2, code]);
    }
    const nowhere = await inThisProcess("clients", folder, "--json");
    expect([nowhere.code, JSON.parse(nowhere.out).error.code]).toEqual([2, "clients.run"]);
  });

  test("a client without data learns what to give", async () => {
    const server = serve("--listen", "127.0.0.1:0");
    const client = await coterie("join", await joinLink(server)).ended;
    expect(client.code).toBe(2);
    expect(client.err).toContain("give yours by --data");
  });

  test.each([
    [["--listen", "nowhere"], "serve.listen"],
    [["--listen", "127.0.0.1:PORT"], "serve.port"],
    [["--listen", "127.0.0.1:0", "--cert", "cert.pem"], "serve.tls"],
    [["--listen", "127.0.0.1:0", "--cert", "missing.pem", "--key", "missing.pem"], "tls.file"],
    [["--listen", "127.0.0.1:0", "--allow", "missing.txt"], "serve.allow"],
    [["--listen", "127.0.0.1:0", "--allow", "flowers.yaml"], "session.member"],
    [["--listen", "127.0.0.1:0", "--logs", "iris.csv/log"], "serve.logs"],
    [["--public", "ftp://example.org"], "cli.usage"],
    [["--public", "https://"], "cli.usage"],
  ])("serve %j is refused with a sentence (%s), and leaves nothing behind", async (words, code) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const given = words.map((word) => word.replace("PORT", String(port)));
    const { code: exit, out, err } = await serve(...given, "--json").ended;
    taken.close();
    expect(exit).toBe(2);
    const { error } = JSON.parse(out);
    expect(error.code).toBe(code);
    expect(err).toBe(`coterie: ${error.message}\n`);
    expect(existsSync(join(folder, "run"))).toBe(false);
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

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fingerprint, importPublicKey, verify } from "../session/identity.ts";
import { memberName } from "../session/members.ts";
import { coterieHome } from "./coterie-home.ts";
import { claimIdentity, ownKey, serverIdentity } from "./key-store.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-keys-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let home: string;
beforeEach(() => {
  home = join(mkdtempSync(join(root, "home-")), "coterie");
});
const mode = (path: string) => statSync(path).mode & 0o777;

describe("client identities", () => {
  it("stay the same, in a file of their own that nobody else can read", async () => {
    const first = await claimIdentity({ name: "alice", home });
    const other = await claimIdentity({ name: "bob", home });
    expect(first.name).toBe("alice");
    expect(other.identity.publicKey).not.toEqual(first.identity.publicKey);
    first.release();
    first.release();
    const again = await claimIdentity({ name: "alice", home });
    expect(again.identity.publicKey).toEqual(first.identity.publicKey);
    const message = new Uint8Array(10);
    const key = await importPublicKey(first.identity.publicKey);
    expect(await verify(key, await again.identity.sign(message), message)).toBe(true);
    for (const folder of [home, join(home, "keys")]) expect(mode(folder)).toBe(0o700);
    expect(mode(join(home, "keys", "alice.json"))).toBe(0o600);
    expect(readdirSync(join(home, "keys")).filter((file) => file.endsWith(".tmp"))).toEqual([]);
    other.release();
    again.release();
  });

  it("are known by a fingerprint, before their first use and while they are used", async () => {
    const before = await ownKey({ name: "alice", home });
    const held = await claimIdentity({ name: "alice", home });
    expect(before).toEqual({ name: "alice", fingerprint: await fingerprint(held.identity.publicKey) });
    expect(await ownKey({ name: "alice", home })).toEqual(before);
    held.release();
    const host = await ownKey({ home });
    const claimed = await claimIdentity({ home });
    expect(claimed.name).toBe(host.name);
    expect(await fingerprint(claimed.identity.publicKey)).toBe(host.fingerprint);
    claimed.release();
    await expect(ownKey({ name: "../alice", home })).rejects.toMatchObject({ code: "session.name" });
  });

  it("are used once at a time", async () => {
    const held = await claimIdentity({ name: "alice", home });
    await expect(claimIdentity({ name: "alice", home })).rejects.toMatchObject({
      name: "InputError",
      code: "session.identity-used",
      at: "alice",
    });
    held.release();
    (await claimIdentity({ name: "alice", home })).release();
  });

  it("without a name are the host's, then the first free one", async () => {
    const claims = [];
    for (let n = 0; n < 3; n++) claims.push(await claimIdentity({ home }));
    const [host] = claims.map(({ name }) => name);
    expect(claims.map(({ name }) => name)).toEqual([host, `${host}-2`, `${host}-3`]);
    if (memberName.safeParse(hostname()).success) expect(host).toBe(hostname());
    claims[1].release();
    const again = await claimIdentity({ home });
    expect(again.name).toBe(`${host}-2`);
    expect(again.identity.publicKey).toEqual(claims[1].identity.publicKey);
    for (const { release } of [...claims, again]) release();
  });

  it.each(["", "a/b", "../a", "..", "server", "a".repeat(65)])("are refused the name %j", async (name) => {
    await expect(claimIdentity({ name, home })).rejects.toMatchObject({ code: "session.name" });
    expect(existsSync(home)).toBe(false);
  });

  it("say when their file is damaged, do not tell what is in it, and can be claimed once it is gone", async () => {
    (await claimIdentity({ name: "alice", home })).release();
    const path = join(home, "keys", "alice.json");
    const { privateKey } = JSON.parse(readFileSync(path, "utf8"));
    for (const damage of [
      privateKey,
      "{}",
      JSON.stringify({ version: 2, privateKey }),
      JSON.stringify({ version: 1, privateKey: privateKey.slice(1) }),
      JSON.stringify({ version: 1, privateKey: "?" }),
    ]) {
      writeFileSync(path, damage);
      const error = await claimIdentity({ name: "alice", home }).catch((error) => error);
      expect(error).toMatchObject({ name: "InputError", code: "session.file", at: path });
      expect(inspect(error)).not.toContain(privateKey.slice(0, 8));
    }
    rmSync(path);
    (await claimIdentity({ name: "alice", home })).release();
  });

  it("say when there is no place for them", async () => {
    writeFileSync(home, "a file where the folder would be");
    await expect(claimIdentity({ name: "alice", home })).rejects.toMatchObject({
      name: "InputError",
      code: "session.folder",
      message: expect.stringContaining("COTERIE_HOME"),
    });
  });

  it("are different for processes that claim at the same time, and free once those are gone", async () => {
    const module = new URL("./key-store.ts", import.meta.url).href;
    const script = `
      import { claimIdentity } from "${module}";
      const claim = async () => {
        const { identity, name } = await claimIdentity({ home: ${JSON.stringify(home)} });
        return [name, Buffer.from(identity.publicKey).toString("hex")];
      };
      const claimed = await claim();
      // Nothing refers to the claim any more, and yet it must hold.
      for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done, globalThis.gc()));
      console.log(JSON.stringify(claimed));
      setInterval(() => {}, 1000);`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--expose-gc", "--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    const claims: [string, string][] = await Promise.all(
      children.map(async ({ stdout }) => JSON.parse((await once(createInterface(stdout), "line"))[0])),
    );
    for (const part of [0, 1]) expect(new Set(claims.map((claim) => claim[part])).size).toBe(4);
    for (const [name] of claims) {
      await expect(claimIdentity({ name, home })).rejects.toMatchObject({ code: "session.identity-used" });
    }
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => once(child, "exit")));
    for (const [name, publicKey] of claims) {
      const { identity, release } = await claimIdentity({ name, home });
      expect(Buffer.from(identity.publicKey).toString("hex")).toBe(publicKey);
      release();
    }
  });
});

describe("server identity", () => {
  it("is made once for a run's folder", async () => {
    const { publicKey } = await serverIdentity(home);
    expect((await serverIdentity(home)).publicKey).toEqual(publicKey);
    expect(await fingerprint((await serverIdentity(`${home}-other`)).publicKey)).not.toBe(
      await fingerprint(publicKey),
    );
    expect(mode(join(home, "keys"))).toBe(0o700);
    expect(mode(join(home, "keys", "server.json"))).toBe(0o600);
  });
});

describe("the user's folder", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each<[string | undefined, string | undefined, string]>([
    [undefined, undefined, join(homedir(), ".config", "coterie")],
    [undefined, "relative", join(homedir(), ".config", "coterie")],
    [undefined, "/etc/xdg", "/etc/xdg/coterie"],
    ["/srv/keys", "/etc/xdg", "/srv/keys"],
    ["keys", undefined, resolve("keys")],
    ["", undefined, join(homedir(), ".config", "coterie")],
  ])("is, with COTERIE_HOME=%s and XDG_CONFIG_HOME=%s, %s", (own, xdg, expected) => {
    vi.stubEnv("COTERIE_HOME", own);
    vi.stubEnv("XDG_CONFIG_HOME", xdg);
    expect(coterieHome()).toBe(expected);
  });
});

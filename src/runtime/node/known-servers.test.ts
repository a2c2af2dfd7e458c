import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { trustServer } from "./known-servers.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-known-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const url = "https://example.org:7077";
const [key, other] = [1, 2].map((n) => Buffer.alloc(32, n).toString("base64url"));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(root, "home-"));
});

describe("known servers", () => {
  it("are pinned on first use", async () => {
    expect(await trustServer({ url, key, home })).toBe("new");
    expect(await trustServer({ url, key, home })).toBe("known");
    expect(await trustServer({ url: `${url}1`, key: other, home })).toBe("new");
    const path = join(home, "known-servers.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ [url]: key, [`${url}1`]: other });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("are refused with another key, and stay refused", async () => {
    await trustServer({ url, key, home });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(trustServer({ url, key: other, home })).rejects.toMatchObject({
        name: "InputError",
        code: "session.server-changed",
        message: expect.stringMatching(
          /another key \(0202 0202 0202 0202\) than before \(0101 0101 0101 0101\).*known-servers\.json/,
        ),
      });
    }
    expect(await trustServer({ url, key, home })).toBe("known");
  });

  it("must have the key that the link names, which then counts", async () => {
    await expect(trustServer({ url, key: other, linked: key, home })).rejects.toMatchObject({
      code: "session.server-key",
    });
    expect(await trustServer({ url, key, linked: key, home })).toBe("linked");
    expect(await trustServer({ url, key, home })).toBe("known");
    expect(await trustServer({ url, key: other, linked: other, home })).toBe("linked");
    expect(await trustServer({ url, key: other, home })).toBe("known");
    await expect(trustServer({ url, key, home })).rejects.toMatchObject({ code: "session.server-changed" });
  });

  it.each(["", "[]", `{"${url}":1}`, `{"${url}":"abc"}`])("are not read from %j", async (damage) => {
    writeFileSync(join(home, "known-servers.json"), damage);
    await expect(trustServer({ url, key, home })).rejects.toMatchObject({ code: "session.file" });
  });
});

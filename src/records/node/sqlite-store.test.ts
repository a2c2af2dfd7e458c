import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { eventStoreContract, joined } from "../event-store.contract.ts";
import { sqlite } from "./sqlite.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-store-"));
let count = 0;
const newPath = () => join(folder, `${++count}.sqlite`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

eventStoreContract("SQLite store", () => {
  const path = newPath();
  return { open: () => openSqliteStore(path), durable: true };
});

/** Runs TypeScript in a fresh Node process; `store` is this folder's store module. */
const module = pathToFileURL(fileURLToPath(new URL("./sqlite-store.ts", import.meta.url))).href;
const script = (body: string) => [
  "--input-type=module",
  "-e",
  `import { openSqliteStore } from "${module}"; ${body}`,
];
const node = (body: string) => promisify(execFile)(process.execPath, script(body));

describe("SQLite store file", () => {
  it("is read by another process while this one writes", async () => {
    const path = newPath();
    await using store = openSqliteStore(path);
    await store.append([joined(1), joined(2)]);
    const read = `console.log(JSON.stringify(await openSqliteStore(${JSON.stringify(path)}, { readOnly: true }).readAll()))`;
    expect(JSON.parse((await node(read)).stdout)).toEqual([joined(1), joined(2)]);
    await store.append([joined(3)]);
    expect(JSON.parse((await node(read)).stdout)).toEqual([joined(1), joined(2), joined(3)]);
  });

  it("is one plain file when closed, also after others have read it", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    await store.append([joined(1)]);
    const reader = openSqliteStore(path, { readOnly: true });
    expect(await reader.lastSequence()).toBe(1);
    await reader.close();
    await store.close();
    await using later = openSqliteStore(path, { readOnly: true });
    expect(await later.readAll()).toEqual([joined(1)]);
    expect(readdirSync(folder).filter((name) => name.startsWith(basename(path)))).toEqual([basename(path)]);
  });

  it("closes while another reads, and the other reads on", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    await store.append(Array.from({ length: 1500 }, (_, i) => joined(i + 1)));
    await using reader = openSqliteStore(path, { readOnly: true });
    let count = 0;
    for await (const _ of reader.read()) if (count++ === 10) await store.close();
    expect(count).toBe(1500);
    await using again = openSqliteStore(path);
    await again.append([joined(1501)]);
    expect(await reader.lastSequence()).toBe(1501);
  });

  it("says nothing on the terminal", async () => {
    const { stdout, stderr } = await node(`await openSqliteStore(${JSON.stringify(newPath())}).close()`);
    expect(stdout + stderr).toBe("");
  });

  it("lets other warnings through", async () => {
    const { stderr } = await node(
      `await openSqliteStore(${JSON.stringify(newPath())}).close(); process.emitWarning("mind the gap", "ExperimentalWarning");`,
    );
    expect(stderr).toContain("mind the gap");
  });

  it("holds whole batches and everything acknowledged after kill -9", async () => {
    const path = newPath();
    const child = spawn(
      process.execPath,
      script(`
        const store = openSqliteStore(${JSON.stringify(path)});
        for (let n = 0; ; n += 7) {
          await store.append(Array.from({ length: 7 }, (_, i) => ({ kind: "client-left", client: "x", sequence: n + i + 1, at: 0, wall: 0 })));
          process.stdout.write(String(n + 7) + "\\n");
        }`),
    );
    let acknowledged = "";
    for await (const chunk of child.stdout) {
      acknowledged += chunk;
      if (acknowledged.split("\n").length > 20) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await using store = openSqliteStore(path);
    const last = await store.lastSequence();
    expect(last % 7).toBe(0);
    expect(last).toBeGreaterThanOrEqual(Number(acknowledged.trimEnd().split("\n").at(-1)));
    expect(await store.readAll()).toHaveLength(last);
  });

  it("refuses a log of a newer version in one sentence", async () => {
    const path = newPath();
    await openSqliteStore(path).close();
    const database = new (sqlite().DatabaseSync)(path);
    database.exec("PRAGMA user_version=2");
    database.close();
    for (const readOnly of [true, false]) {
      expect(() => openSqliteStore(path, { readOnly })).toThrowError(
        expect.objectContaining({
          code: "records.store.newer",
          at: path,
          message: expect.stringContaining("newer"),
        }),
      );
    }
  });

  it("refuses other files and leaves them alone", () => {
    const text = newPath();
    writeFileSync(text, "label,value\n".repeat(100));
    expect(() => openSqliteStore(text)).toThrowError(
      expect.objectContaining({ code: "records.store.foreign" }),
    );
    const foreign = newPath();
    const database = new (sqlite().DatabaseSync)(foreign);
    database.exec("CREATE TABLE recipes (name TEXT)");
    database.close();
    expect(() => openSqliteStore(foreign)).toThrowError(
      expect.objectContaining({ code: "records.store.foreign" }),
    );
  });

  it("does not create a file for a reader", () => {
    expect(() => openSqliteStore(newPath(), { readOnly: true })).toThrowError(
      expect.objectContaining({ code: "records.store.missing" }),
    );
  });
});

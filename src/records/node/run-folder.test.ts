import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { joined } from "../event-store.contract.ts";
import { createRunFolder, listRuns, openRunFolder } from "./run-folder.ts";
import { isRunLocked, lockRun } from "./run-lock.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("run folder", () => {
  it("is named after the recipe and the time, and never shared", async () => {
    const now = new Date("2026-03-04T05:06:07.890Z");
    const names = [];
    for (const name of ["quick_start.2", "quick_start.2", "../../etc/passwd", "…"]) {
      names.push((await createRunFolder(root, name, now)).run);
    }
    expect(names).toEqual([
      "quick_start.2-20260304-050607",
      "quick_start.2-20260304-050607-2",
      "etc-passwd-20260304-050607",
      "run-20260304-050607",
    ]);
  });

  it("is refused where there is no run", () => {
    expect(() => openRunFolder(join(root, "nothing"))).toThrowError(
      expect.objectContaining({ code: "records.run.missing" }),
    );
  });

  it("lists runs with their state", async () => {
    const place = join(root, "list");
    expect(await listRuns(place)).toEqual([]);
    const make = async (name: string) => {
      const folder = await createRunFolder(place, name, new Date(0));
      await using store = openSqliteStore(folder.events);
      await store.append([joined(1)]);
      return folder;
    };
    const [finished, running, interrupted] = [
      await make("finished"),
      await make("running"),
      await make("cut"),
    ];
    await writeFileAtomic(finished.summary, JSON.stringify({ run: finished.run }));
    mkdirSync(join(place, "not-a-run"));
    using _lock = lockRun(running.lock);
    const states = Object.fromEntries((await listRuns(place)).map((run) => [run.folder.run, run.state]));
    expect(states).toEqual({
      [finished.run]: "finished",
      [running.run]: "running",
      [interrupted.run]: "interrupted",
    });
  });
});

describe("run lock", () => {
  it("lets one writer in at a time", async () => {
    const { lock } = await createRunFolder(root, "lock", new Date(0));
    expect(isRunLocked(lock)).toBe(false);
    const held = lockRun(lock);
    expect(isRunLocked(lock)).toBe(true);
    expect(() => lockRun(lock)).toThrowError(
      expect.objectContaining({
        code: "records.run.locked",
        message: expect.stringContaining(`Another process (number ${process.pid}) is writing to this run`),
      }),
    );
    held.release();
    held.release();
    lockRun(lock).release();
  });

  it("is free again after its owner was killed", async () => {
    const { lock } = await createRunFolder(root, "killed", new Date(0));
    const module = new URL("./run-lock.ts", import.meta.url).href;
    const child = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { lockRun } from "${module}"; lockRun(${JSON.stringify(lock)}); console.log("held"); setInterval(() => {}, 1000);`,
    ]);
    await once(child.stdout, "data");
    expect(() => lockRun(lock)).toThrowError(expect.objectContaining({ code: "records.run.locked" }));
    child.kill("SIGKILL");
    await once(child, "exit");
    lockRun(lock).release();
  });
});

describe("writeFileAtomic", () => {
  it("writes text, bytes and parts, over what was there", async () => {
    const path = join(root, "file");
    for (const data of ["text", Uint8Array.of(1, 2), [Uint8Array.of(1), Uint8Array.of(2, 3)]]) {
      await writeFileAtomic(path, data);
      expect(readFileSync(path)).toEqual(
        Buffer.concat([data].flat().map((part) => Buffer.from(part as Uint8Array))),
      );
    }
  });

  it("leaves the old file and no rubbish when it fails", async () => {
    const folder = join(root, "failing");
    mkdirSync(folder);
    writeFileSync(join(folder, "file"), "old");
    await expect(writeFileAtomic(join(folder, "file"), 5 as unknown as string)).rejects.toThrow();
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import {
  decodeCheckpoint,
  discardCheckpointsAfter,
  encodeCheckpoint,
  loadCheckpoint,
  loadLatestCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-checkpoint-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: RunFolder;
beforeEach(async () => {
  folder = await createRunFolder(root, "test", new Date(0));
});

const world = (round: number) => ({
  model: Float32Array.from([round, Math.PI, Number.NaN, -0, Number.POSITIVE_INFINITY]),
  clients: new Map([["a", { state: Uint8Array.of(1, 2, 3), at: round / 7 }]]),
  list: [null, true, undefined, "text", 2n ** 40n],
});
const save = (round: number, best: number | null = null) =>
  saveCheckpoint(folder, { round, sequence: round * 10, world: world(round) }, best);
const files = () => readdirSync(folder.checkpoints).sort();
const damage = (round: number, change: (bytes: Buffer) => Buffer) => {
  const path = join(folder.checkpoints, `round-${String(round).padStart(6, "0")}.checkpoint`);
  writeFileSync(path, change(readFileSync(path)));
};

describe("checkpoints", () => {
  it("come back bit for bit, each array with memory of its own", async () => {
    expect(await save(3)).toBe("checkpoints/round-000003.checkpoint");
    const { checkpoint, notices } = await loadLatestCheckpoint(folder, 30);
    expect(notices).toEqual([]);
    expect(checkpoint).toEqual({ round: 3, sequence: 30, world: world(3) });
    const loaded = checkpoint?.world as ReturnType<typeof world>;
    expect(loaded.model.buffer.byteLength).toBe(loaded.model.byteLength);
    expect(Object.is(loaded.model[3], -0)).toBe(true);
  });

  it("are none in a fresh folder", async () => {
    expect(await loadLatestCheckpoint(folder, 0)).toEqual({ checkpoint: null, notices: [] });
  });

  it("keep the last two and the best", async () => {
    for (const [round, best] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
      [5, 2],
    ])
      await save(round, best);
    expect(files()).toEqual([2, 4, 5].map((n) => `round-00000${n}.checkpoint`));
    expect((await loadCheckpoint(folder, 2)).round).toBe(2);
    await expect(loadCheckpoint(folder, 3)).rejects.toMatchObject({ code: "records.checkpoint.missing" });
    await save(6, 6);
    expect(files()).toEqual([5, 6].map((n) => `round-00000${n}.checkpoint`));
  });

  it("are passed over when the log does not reach them", async () => {
    await save(1);
    await save(2);
    const { checkpoint, notices } = await loadLatestCheckpoint(folder, 19);
    expect(checkpoint?.round).toBe(1);
    expect(notices).toEqual([
      expect.stringContaining("round-000002.checkpoint knows more than the event log"),
    ]);
  });

  it("of a history given up are gone once a resumed run saves, or at once when discarded", async () => {
    for (const round of [1, 2, 3]) await save(round);
    writeFileSync(join(folder.checkpoints, "round-000004.checkpoint.99-1.tmp"), "half");
    await discardCheckpointsAfter(folder, 2);
    expect(files()).toEqual(["round-000002.checkpoint"]);
    for (const round of [3, 4]) await save(round);
    await save(2);
    expect(files()).toEqual(["round-000002.checkpoint"]);
  });

  it("cut or changed at any byte are passed over for the one before", async () => {
    await save(1);
    await save(2);
    const good = readFileSync(join(folder.checkpoints, "round-000002.checkpoint"));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), async (place, flip) => {
        writeFileSync(join(folder.checkpoints, "round-000002.checkpoint"), good);
        damage(2, (bytes) => {
          if (flip === 0) return bytes.subarray(0, place);
          bytes[place] ^= flip;
          return bytes;
        });
        const { checkpoint, notices } = await loadLatestCheckpoint(folder, 99);
        expect(checkpoint).toEqual({ round: 1, sequence: 10, world: world(1) });
        expect(notices).toEqual([expect.stringContaining("round-000002.checkpoint is damaged")]);
      }),
      { numRuns: 300 },
    );
    damage(1, (bytes) => bytes.subarray(0, 60));
    expect((await loadLatestCheckpoint(folder, 99)).checkpoint).toBeNull();
    await expect(loadCheckpoint(folder, 1)).rejects.toMatchObject({ code: "records.checkpoint.damaged" });
  });

  it("never decode from a prefix, of any length", () => {
    const whole = Buffer.concat(encodeCheckpoint({ round: 1, sequence: 1, world: world(1) }));
    for (let length = 0; length < whole.length; length++) {
      expect(decodeCheckpoint(whole.subarray(0, length), "x")).toBeNull();
    }
    expect(decodeCheckpoint(whole, "x")?.round).toBe(1);
    expect(decodeCheckpoint(Buffer.concat([whole, Buffer.of(0)]), "x")).toBeNull();
  });

  it("of another version are refused in one sentence", async () => {
    const [header, payload] = encodeCheckpoint({ round: 7, sequence: 1, world: null });
    const other = Buffer.from(header);
    other.writeUInt32LE(2, 8);
    const { createHash } = await import("node:crypto");
    createHash("sha256").update(other.subarray(0, 20)).update(payload).digest().copy(other, 20);
    expect(() => decodeCheckpoint(Buffer.concat([other, payload]), "x.checkpoint")).toThrowError(
      expect.objectContaining({ code: "records.checkpoint.version", at: "x.checkpoint" }),
    );
  });

  it("survive kill -9 at any moment: the newest is whole and no older than promised", async () => {
    const module = new URL("./checkpoint.ts", import.meta.url).href;
    for (const delay of [1, 2, 3, 5, 8]) {
      const run = await createRunFolder(root, "killed", new Date(0));
      const child = spawn(process.execPath, [
        "--input-type=module",
        "-e",
        `import { saveCheckpoint } from "${module}";
         const folder = ${JSON.stringify(run)};
         for (let round = 1; ; round++) {
           await saveCheckpoint(folder, { round, sequence: round, world: new Float64Array(200_000).fill(round) }, null);
           process.stdout.write(round + "\\n");
         }`,
      ]);
      let promised = "";
      for await (const chunk of child.stdout) {
        promised += chunk;
        // A turn of the event loop more or less moves the kill to another point of the next save.
        if (promised.split("\n").length > delay) setTimeout(() => child.kill("SIGKILL"), delay);
      }
      const { checkpoint, notices } = await loadLatestCheckpoint(run, 1e9);
      expect(notices).toEqual([]);
      expect(checkpoint?.round).toBeGreaterThanOrEqual(Number(promised.trimEnd().split("\n").at(-1)));
      expect(new Set(checkpoint?.world as Float64Array)).toEqual(new Set([checkpoint?.round]));
    }
  });
});

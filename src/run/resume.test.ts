import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { openSqliteStore } from "../records/node/index.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-resume-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Everything that could go wrong on the way: control variates, late clients, dropouts, crashes, lost messages. */
const recipe = {
  name: "resume",
  task: "mnist-softmax",
  data: { dataset: "mnist", train: 900, test: 300 },
  clients: 8,
  partition: { kind: "dirichlet", alpha: 0.5 },
  rounds: 12,
  select: { fraction: 0.7, minimum: 1 },
  server: { optimizer: { kind: "scaffold" } },
  network: {
    compute: { kind: "shifted-exponential", examplesPerSecond: 20, alpha: 1 },
    uplink: { kind: "erasure", bytesPerSecond: 20_000, erasure: 0.2 },
    dropout: 0.1,
    crash: { probability: 0.1, downtime: 20 },
    faults: { loss: 0.02, duplicate: 0.1, reorder: { probability: 0.2, seconds: 5 } },
  },
  deadline: 15,
  retries: 20,
};

/** Starts the run in `folder`, or goes on with it; gives the summary, or null when it was killed. */
async function leg(folder: string, death: string) {
  const script = fileURLToPath(new URL("./testing/run-and-die.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder, death, JSON.stringify(recipe)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const signal = await new Promise((resolve) => child.on("close", (_code, signal) => resolve(signal)));
  if (signal === "SIGKILL") return null;
  if (output === "") throw new Error(`The run ended without a summary: ${errors}`);
  return JSON.parse(output);
}

async function historyOf(folder: string) {
  await using store = openSqliteStore(join(folder, "events.sqlite"), { readOnly: true });
  const events = await store.readAll();
  return events
    .filter(({ kind }) => kind !== "run-resumed" && kind !== "run-finished")
    .map(({ sequence: _, wall: __, ...event }) => {
      const { wallSeconds: ___, run: ____, machine: _____, ...rest } = event as Record<string, unknown>;
      return rest;
    });
}

test("killed at any of 60 moments and resumed, a run ends with the same model, bit for bit", async () => {
  const whole = join(root, "whole");
  const expected = await leg(whole, "never");
  const model = readFileSync(join(whole, "model.safetensors"));
  const onnx = readFileSync(join(whole, "model.onnx"));
  const history = await historyOf(whole);

  const seed = Date.now() % 1e6;
  console.info(`seed of the kill points: ${seed}`);
  const random = SimulationRandom.fromSeed(seed);
  let kills = 0;
  for (let attempt = 0; kills < 60; attempt++) {
    const folder = join(root, `killed-${attempt}`);
    let summary = null;
    // Half of the deaths come right after a recorded event, half at a moment of the clock, start-up included.
    while (summary === null) {
      const byEvent = random.uniform() < 0.5;
      const death = byEvent ? `events=${random.integer(25)}` : `after=${500 + random.integer(1200)}`;
      summary = await leg(folder, death);
      if (summary === null) kills++;
    }
    expect(summary.final).toEqual(expected.final);
    expect(summary.virtualSeconds).toBe(expected.virtualSeconds);
    expect(readFileSync(join(folder, "model.safetensors")).equals(model)).toBe(true);
    expect(readFileSync(join(folder, "model.onnx")).equals(onnx)).toBe(true);
    // No finished round is lost or doubled, and every event is the one that the uninterrupted run recorded.
    expect(await historyOf(folder)).toEqual(history);
  }
}, 400_000);

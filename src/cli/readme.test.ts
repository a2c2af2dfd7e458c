/** The README's recipe and task are run as they stand, so that they cannot rot. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Inside the checkout, so that the task's import of "coterie/learn" finds this package.
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache", "readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = readFileSync(join(root, "README.md"), "utf8");

function block(language: string, containing: string): string {
  const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  const found = blocks.find(([, tag, text]) => tag === language && text.includes(containing));
  if (!found) throw new Error(`The README has no ${language} block with ${containing}.`);
  return found[2];
}

function coterie(...args: string[]) {
  const output = execFileSync(
    process.execPath,
    [join(root, "bin/coterie.js"), ...args, "--json", "--quiet"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  return JSON.parse(output);
}

test("the README's recipe runs", () => {
  writeFileSync(join(folder, "my-run.yaml"), block("yaml", "name: my-run"));
  const summary = coterie("run", "my-run.yaml", "--out", "recipe");
  expect(summary.rounds).toHaveLength(5);
  expect(summary.final.accuracy).toBeGreaterThan(0.5);
});

test("the README's task learns a table", () => {
  const task = block("ts", "export default defineTask");
  expect(task.trimEnd().split("\n").length).toBeLessThanOrEqual(20);
  writeFileSync(join(folder, "two-layers.ts"), task);
  // Three noisy rings: no straight line separates them.
  const random = SimulationRandom.fromSeed(4);
  const rows = Array.from({ length: 900 }, (_, i) => {
    const angle = random.uniform() * 2 * Math.PI;
    const radius = 1 + (i % 3) + 0.1 * random.normal();
    return `${radius * Math.cos(angle)},${radius * Math.sin(angle)},ring-${i % 3}`;
  });
  writeFileSync(join(folder, "table.csv"), `x,y,outcome\n${rows.join("\n")}\n`);
  writeFileSync(
    join(folder, "own.yaml"),
    `task: ./two-layers.ts
data: { csv: table.csv, label: outcome }
clients: 4
partition: { kind: iid }
rounds: 15
local: { epochs: 4, batch: 16, optimizer: { kind: adam, rate: 0.01 } }
`,
  );
  const summary = coterie("run", "own.yaml", "--out", "own");
  expect(summary.task).toBe("two-layers");
  expect(summary.final.accuracy).toBeGreaterThan(0.95);
});

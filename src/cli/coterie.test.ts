/** The command as users meet it: `bin/coterie.js` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunSummary } from "../records/events.ts";

const bin = resolve("bin/coterie.js");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-cli-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function start(words: readonly string[], node = process.execPath): ChildProcess {
  return spawn(node, [bin, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

function finished(child: ChildProcess): Promise<Finished> {
  const text = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => (text.out += chunk));
  child.stderr?.on("data", (chunk) => (text.err += chunk));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ code, signal, ...text }));
  });
}

const coterie = (...words: string[]): Promise<Finished> => finished(start(words));

/** Resolves when standard error has said something. */
function said(child: ChildProcess, text: string): Promise<void> {
  let seen = "";
  return new Promise((done, failed) => {
    child.stderr?.on("data", (chunk) => {
      seen += chunk;
      if (seen.includes(text)) done();
    });
    child.on("exit", () => failed(new Error(`ended without saying "${text}":\n${seen}`)));
  });
}

/** Ten small clients and no network: a round takes milliseconds. */
const recipe = `name: small
task: tabular-logistic
data: { csv: flowers.csv, label: species }
clients: 3
rounds: 4
local: { batch: 8 }
`;

async function writeSmall(text = recipe, table?: string): Promise<void> {
  const iris = await readFile(resolve("recipes/data/iris.csv"), "utf8");
  await writeFile(join(folder, "small.yaml"), text);
  await writeFile(join(folder, "flowers.csv"), table ?? iris);
}

const header = "length,width,species\n";
const rows = "1,2,a\n2,3,b\n3,4,a\n4,5,b\n5,6,a\n6,7,b\n";

/** What is wrong, the recipe, its table, and what the sentence must hold. */
const wrongRuns: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["misspelt key", recipe.replace("rounds", "ruonds"), header + rows, ["small.yaml:5:1", '"rounds"']],
  [
    "unknown dataset",
    recipe.replace(/csv: .*species/, "dataset: cifar"),
    header + rows,
    ["small.yaml:3:18", "mnist"],
  ],
  ["missing table", recipe.replace("flowers", "flours"), header + rows, ["flours.csv"]],
  ["missing label column", recipe, "length,width\n1,2\n", ["flowers.csv", '"species"']],
  ["ragged row", recipe, `${header}${rows}7,a\n`, ["flowers.csv:8"]],
  ["cell that is no finite number", recipe, `${header}${rows}Infinity,8,a\n`, ["flowers.csv"]],
  ["empty table", recipe, "", ["flowers.csv"]],
  ["header only", recipe, header, ["flowers.csv"]],
  ["one class only", recipe, `${header}1,2,a\n2,3,a\n3,4,a\n4,5,a\n5,6,a\n`, ["flowers.csv"]],
  [
    "more clients than rows",
    recipe.replace("clients: 3", "clients: 30"),
    header + rows,
    ["small.yaml:4:10", "30 clients"],
  ],
  [
    "owners that are not clients",
    `${recipe.replace("species }", "species, id: width }")}partition: { kind: natural }\n`,
    `${header}1,2,a\n2,2,b\n3,4,a\n4,4,b\n5,6,a\n6,6,b\n7,8,a\n8,8,b\n`,
    ["small.yaml:4:10", "clients"],
  ],
  [
    "truncated images",
    recipe
      .replace(/csv: .*species/, "idx: { images: flowers.csv, labels: flowers.csv }")
      .replace("tabular-logistic", "mnist-softmax"),
    `${header}${rows}`,
    ["flowers.csv"],
  ],
  ["missing task module", recipe.replace("tabular-logistic", "./task.ts"), header + rows, ["task.ts"]],
];

describe("what is wrong is refused with exit code 2, one sentence and no trace of a run:", () => {
  test.each(wrongRuns)("%s", async (_what, text, table, parts) => {
    await writeSmall(text, table);
    const { code, out, err } = await coterie("run", "small.yaml", "--json");
    expect(code).toBe(2);
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    for (const part of parts) expect(error.message).toContain(part);
    expect(err).toBe(`coterie: ${error.message}\n`);
    expect((await readdir(folder)).sort()).toEqual(["flowers.csv", "small.yaml"]);
  });

  test.each([
    [["rnu"], "unknown command 'rnu'; did you mean run?"],
    [["run", "quickstart", "--set", "rounds"], "--set rounds: write it as key.path=value"],
    [["run", "quickstart", "--resume"], "There is no interrupted run of quickstart in runs/"],
    [["compare", "quickstart", "--sweep", "seed=1,x"], "--set seed=x: seed must be a whole number"],
  ])("coterie %j", async (words, sentence) => {
    const { code, out, err } = await coterie(...words, "--json");
    const { error } = JSON.parse(out) as { error: { message: string } };
    expect(error.message).toContain(sentence);
    expect(err).toBe(`coterie: ${error.message}\n`);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("coterie run", () => {
  test("prints one JSON value, leaves all files, and does not overwrite them", async () => {
    await writeSmall();
    const first = await coterie("run", "small.yaml", "--out", "out", "--json", "--seed", "7");
    expect(first.code).toBe(0);
    const summary = JSON.parse(first.out) as RunSummary;
    expect(summary).toMatchObject({ recipe: "small", seed: 7, task: "tabular-logistic", clients: 3 });
    expect(summary.rounds.map(({ round }) => round)).toEqual([1, 2, 3, 4]);
    expect(summary.final.accuracy).toBeGreaterThan(0.6);
    for (const file of Object.values(summary.files)) expect(existsSync(join(folder, file!))).toBe(true);
    expect(first.err).toMatch(/^round 4\/4 {2}accuracy 0\.\d{4} /m);

    for (const path of ["small.yaml", join("small.yaml", "deeper"), ""]) {
      const wrong = await coterie("run", "small.yaml", "--out", path);
      expect([wrong.code, wrong.err.trim().split("\n").length]).toEqual([2, 1]);
      expect(wrong.err).toMatch(/is a file; give a folder as --out|--out is empty/);
    }
    const again = await coterie("run", "small.yaml", "--out", "out");
    expect(again.code).toBe(2);
    expect(again.err).toContain("The folder out is not empty; give --resume");

    const report = await coterie("report", "out", "--out", "again.html", "--json");
    expect(JSON.parse(report.out)).toEqual({ report: "again.html" });
    for (const path of ["out", join("absent", "x.html"), join("small.yaml", "x.html")]) {
      const wrong = await coterie("report", "out", "--out", path);
      expect([wrong.code, wrong.err.trim().split("\n").length]).toEqual([2, 1]);
    }
    expect(await readFile(join(folder, "again.html"), "utf8")).toContain("small");
  });

  test("without --json tells people the result; with --quiet nothing", async () => {
    await writeSmall();
    const told = await coterie("run", "small.yaml");
    expect(told.out).toMatch(/^accuracy 0\.\d{4} after round 4 /);
    const [run] = await readdir(join(folder, "runs"));
    expect(run).toMatch(/^small-\d{8}-\d{6}$/);
    const quiet = await coterie("run", "small.yaml", "--quiet", "--out", "quiet");
    expect(quiet).toMatchObject({ code: 0, out: "", err: "" });
  });

  test("two at once do not take the same folder", async () => {
    await writeSmall();
    const both = await Promise.all([1, 2].map((seed) => coterie("run", "small.yaml", "--seed", `${seed}`)));
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(await readdir(join(folder, "runs"))).toHaveLength(2);
  });

  test("stops at a safe point on SIGINT with exit code 3, and resumes to the same end", async () => {
    const long = ["--set", "rounds=150", "--set", "evaluate.every=50", "--json"];
    await writeSmall();
    const child = start(["run", "small.yaml", ...long]);
    const end = finished(child);
    await said(child, "round 3/150");
    child.kill("SIGINT");
    const stopped = await end;
    expect(stopped.code).toBe(3);
    const { error } = JSON.parse(stopped.out) as { error: { code: string; message: string } };
    expect(error.code).toBe("run.interrupted");
    expect(error.message).toMatch(/coterie run small\.yaml --set rounds=150 .* --out \S+ --resume$/);

    const resumed = await coterie("run", "small.yaml", ...long, "--resume");
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain("resumed from the last checkpoint");
    const straight = await coterie("run", "small.yaml", ...long, "--out", "straight");
    const final = ({ out }: Finished) => (JSON.parse(out) as RunSummary).final;
    expect(final(resumed)).toEqual(final(straight));
    const model = async (run: string) => readFile(join(folder, run, "model.safetensors"));
    const [run] = await readdir(join(folder, "runs"));
    expect(await model(join("runs", run))).toEqual(await model("straight"));
  });

  test("trains a task of the user's own, wherever its module lies", async () => {
    await writeSmall(recipe.replace("tabular-logistic", "./tiny.ts"));
    const task = `
      import { numpy as np, random } from "@jax-js/jax";
      import { defineTask } from "coterie/learn";
      export default defineTask({
        name: "tiny",
        init: (key: np.Array, { shape, classes }) => ({ weight: random.normal(key, [shape[0], classes]) }),
        predict: ({ weight }, x) => np.matmul(x, weight),
      });
    `;
    await writeFile(join(folder, "tiny.ts"), task);
    const { code, out, err } = await coterie("run", "small.yaml", "--json");
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({ task: expect.stringContaining("tiny") });
  });

  test("names round and client when training diverges, and exits with 1", async () => {
    await writeSmall();
    const rate = ["--set", "local.optimizer.rate=1e20", "--set", "task=tabular-mlp"];
    const { code, out } = await coterie("run", "small.yaml", ...rate, "--json");
    expect(code).toBe(1);
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    expect(error.message).toMatch(/round \d/);
    expect(error.message).toMatch(/client-\d/);
  });
});

test("coterie compare puts runs side by side", async () => {
  await writeSmall();
  const words = [
    "compare",
    "small.yaml",
    "--sweep",
    "local.batch=4,16",
    "--sweep",
    "seed=1,2",
    "--out",
    "both",
  ];
  const { code, out, err } = await coterie(...words);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  const lines = out.trim().split("\n");
  expect(lines[0]).toMatch(/^run +accuracy +best +rounds /);
  expect(lines.slice(1, 5).map((line) => line.split("  ")[0])).toEqual([
    "local.batch=4 seed=1",
    "local.batch=4 seed=2",
    "local.batch=16 seed=1",
    "local.batch=16 seed=2",
  ]);
  expect(existsSync(join(folder, "both", "report.html"))).toBe(true);
});

test("coterie list names what recipes can use", async () => {
  const { out } = await coterie("list", "--json");
  const lists = JSON.parse(out) as Record<string, { name: string }[]>;
  const names = (list: string) => lists[list].map(({ name }) => name);
  expect(names("tasks")).toContain("mnist-cnn");
  expect(names("datasets")).toEqual(["mnist", "fashion", "wordnet"]);
  expect(names("recipes")).toContain("quickstart");
  expect(names("attacks")).toContain("alie");
  expect((await coterie("list", "protocols")).out).toMatch(/^protocols\n {2}plain {2}/);
});

/** A Node on the PATH that is too old for the sources; CI machines and laptops often have one. */
const oldNode = await findOldNode();

async function findOldNode(): Promise<string | undefined> {
  for (const place of (process.env.PATH ?? "").split(delimiter)) {
    const program = join(place, "node");
    if (!existsSync(program)) continue;
    const { out } = await finished(spawn(program, ["--version"], { stdio: ["ignore", "pipe", "pipe"] }));
    if (/^v(1[4-9]|20|21)\./.test(out)) return program;
  }
  return undefined;
}

describe.skipIf(oldNode === undefined)("on an old Node, the launcher", () => {
  test("starts the package's own Node and passes on output and exit code", async () => {
    const good = await finished(start(["list", "protocols"], oldNode));
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("plain");
    expect((await finished(start(["run", "nothing"], oldNode))).code).toBe(2);
  });

  test("passes on a signal", async () => {
    await writeSmall();
    const child = start(["run", "small.yaml", "--set", "rounds=2000", "--json"], oldNode);
    const end = finished(child);
    await said(child, "round 2/2000");
    child.kill("SIGTERM");
    const { code, out } = await end;
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "run.interrupted" } });
  });

  test("takes its child along when it is killed", async () => {
    await writeSmall();
    const child = start(["run", "small.yaml", "--set", "rounds=100000", "--out", "out"], oldNode);
    // The pipes close only when the child has gone too.
    const end = finished(child);
    await said(child, "round 2/100000");
    child.kill("SIGKILL");
    expect((await end).signal).toBe("SIGKILL");
  });
});

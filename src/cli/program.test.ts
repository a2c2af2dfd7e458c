/** The program with another runner, for what real runs do only by bad luck. */
import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { runProgram } from "./program.ts";
import type { Runner } from "./runner.ts";
import { combinations, parseSweep } from "./sweep.ts";
import { formatTable } from "./terminal.ts";

async function runWith(runner: Runner, words: readonly string[]) {
  const out = new PassThrough();
  const err = new PassThrough();
  const code = await runProgram(words, runner, { out, err });
  return { code, out: String(out.read() ?? ""), err: String(err.read() ?? "") };
}

const failing = (error: unknown): Runner =>
  // biome-ignore lint/correctness/useYield: it fails before its first event.
  async function* () {
    throw error;
  };

test("a failed run gives exit code 1 and its code", async () => {
  const runner = failing(
    new RunError("run.diverged", "The loss of client-3 is NaN in round 4.", { at: "client-3" }),
  );
  const { code, out, err } = await runWith(runner, ["run", "quickstart", "--out", "nowhere", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    error: { code: "run.diverged", message: "The loss of client-3 is NaN in round 4.", at: "client-3" },
  });
  expect(err).toBe("coterie: The loss of client-3 is NaN in round 4.\n");
});

test("a defect of ours is told with its stack, and is no JSON but one error", async () => {
  const { code, out, err } = await runWith(failing(new TypeError("x is undefined")), [
    "run",
    "quickstart",
    "--out",
    "nowhere",
    "--json",
  ]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    error: { code: "internal", message: "unexpected failure: x is undefined" },
  });
  expect(err).toContain("program.test.ts");
});

test.each([
  [[], "give a command"],
  [["run"], "missing required argument 'recipe'"],
  [["run", "quickstrat"], 'There is no recipe "quickstrat"; did you mean "quickstart"?'],
  [["run", "quickstart", "--sed", "4"], "unknown option '--sed'"],
  [["run", "quickstart", "--workers", "0"], "it must be a whole number from 1 to 256"],
  [["run", "quickstart", "--seed", "1e3"], "it must be a whole number"],
  [["compare", "quickstart"], "A comparison needs at least two runs"],
  [["compare", "quickstart", "--sweep", "seed=1"], "--sweep seed=1: write it as key.path=a,b,c"],
  [["list", "task"], 'There is no list "task"; did you mean "tasks"?'],
  [["report", "."], "There is no run in ."],
  [["bench", "stpe"], 'There is no bench "stpe"; did you mean "step"?'],
])("the wrong command line %j is refused with exit code 2 and one sentence", async (words, sentence) => {
  const { code, out, err } = await runWith(failing(new Error("it ran")), words);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(sentence);
});

test("a runner that ends without a result is a failure", async () => {
  const { code, err } = await runWith(async function* () {}, ["run", "quickstart", "--out", "nowhere"]);
  expect(code).toBe(1);
  expect(err).toContain("ended without a result");
});

test("help and version are no errors", async () => {
  const help = await runWith(failing(new Error()), ["run", "--help"]);
  expect(help).toMatchObject({ code: 0, err: "" });
  expect(help.out).toContain("--set <key.path=value>");
  expect((await runWith(failing(new Error()), ["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a second signal ends a run at once that does not stop by itself", async () => {
  const program = new URL("./program.ts", import.meta.url).href;
  const script = `
    import { runProgram } from ${JSON.stringify(program)};
    const stuck = async function* () { console.error("stuck"); await new Promise((done) => setTimeout(done, 1e9)); };
    await runProgram(["run", "quickstart", "--out", "nowhere"], stuck, { out: process.stdout, err: process.stderr });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let repeat: NodeJS.Timeout | undefined;
  child.stderr.on("data", (chunk) => {
    if (String(chunk).includes("stuck")) child.kill("SIGINT");
    // The first signals are one press; the next after that is the second press.
    if (String(chunk).includes("stopping at the next safe point"))
      repeat = setInterval(() => child.kill("SIGINT"), 50);
  });
  const code = await new Promise((done) => child.on("exit", done));
  clearInterval(repeat);
  expect(code).toBe(3);
});

test("sweeps separate at commas, but not within brackets and quotes", () => {
  expect(parseSweep("local.batch=16, 32")).toEqual(["local.batch=16", "local.batch=32"]);
  expect(parseSweep('partition={kind: iid},{kind: shards, perClient: 2},"a,b"')).toEqual([
    "partition={kind: iid}",
    "partition={kind: shards, perClient: 2}",
    'partition="a,b"',
  ]);
  expect(
    combinations([
      ["a=1", "a=2"],
      ["b=3", "b=4"],
    ]),
  ).toEqual([
    ["a=1", "b=3"],
    ["a=1", "b=4"],
    ["a=2", "b=3"],
    ["a=2", "b=4"],
  ]);
  expect(combinations([])).toEqual([[]]);
});

test("tables line up, numbers on the right", () => {
  expect(
    formatTable([
      ["run", "bytes"],
      ["a", "9 kB"],
      ["longer", "180 MB"],
    ]),
  ).toBe("run      bytes\na         9 kB\nlonger  180 MB");
});

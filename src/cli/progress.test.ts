import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { RunEvent } from "../records/events.ts";
import { createProgress, progressStyle } from "./progress.ts";
import { qrText } from "./qr.ts";
import { screenOf } from "./testing/screen.ts";

const WIDTH = 80;

/** A run's progress on a terminal, and what is to be seen there. */
function onTerminal() {
  const err = Object.assign(new PassThrough(), { isTTY: true, columns: WIDTH });
  const terminal = { out: new PassThrough(), err };
  const progress = createProgress(terminal, progressStyle(terminal, false));
  let written = "";
  err.on("data", (chunk) => (written += chunk));
  const at = { at: 0, wall: Date.now() + 1000 };
  return {
    progress,
    start: () => progress.show({ ...at, sequence: 1, ...started } as RunEvent),
    finish: (round: number) =>
      progress.show({ ...at, sequence: 2, ...finished, round } as unknown as RunEvent),
    async screen() {
      await new Promise((resolve) => setImmediate(resolve));
      return screenOf(written, WIDTH);
    },
  };
}

const started = { kind: "run-started", task: "mlp", clients: 2, rounds: 10, parameters: 15 };
const finished = { kind: "round-finished", accuracy: 0.5, loss: 1.25, wallSeconds: 2 };

test("links and codes are whole beside the bar, which stands beneath them", async () => {
  const { progress, start, finish, screen } = onTerminal();
  const link = `https://192.168.1.20:8787/join/#t=${"t".repeat(43)}&k=${"k".repeat(43)}&c=${"0".repeat(64)}`;
  const code = qrText(link).split("\n");
  start();
  progress.say(`${code.join("\n")}\njoin      ${link}`);
  const shown = await screen();
  const [first, ...rest] = shown;
  expect(first).toBe("mlp: 2 clients, 10 rounds, 15 parameters");
  expect(rest.slice(0, code.length)).toEqual(code);
  const after = rest.slice(code.length);
  expect(after.slice(0, -1).join("")).toBe(`join      ${link}`);
  expect(after.at(-1)).toMatch(/^░+ round 0\/10 /);

  finish(3);
  progress.say("round 4, attempt 1 failed");
  const [before, bar] = (await screen()).slice(-2);
  expect(before).toBe("round 4, attempt 1 failed");
  expect(bar).toMatch(/^█+░+ round 3\/10 {2}accuracy 0\.5000 {2}loss 1\.2500 {2}14 s left$/);

  progress[Symbol.dispose]();
  const end = await screen();
  expect(end.slice(0, -1)).toEqual([...shown.slice(0, -1), "round 4, attempt 1 failed"]);
  expect(end.at(-1)).toBe("");
});

test("without a terminal lines are just lines", async () => {
  const err = new PassThrough();
  for (const quiet of [false, true]) {
    const terminal = { out: new PassThrough(), err };
    createProgress(terminal, progressStyle(terminal, quiet)).say("a line");
  }
  expect(String(err.read())).toBe("a line\na line\n");
});

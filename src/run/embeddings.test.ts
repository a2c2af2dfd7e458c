import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { RunSummary } from "../records/events.ts";
import { decodeSafetensors } from "../runtime/wire/safetensors.ts";
import { type RunOptions, run } from "./run.ts";
import { words } from "./testing/words.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-embeddings-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const secret: RecipeInput = { ...words, protocol: { kind: "secea", colluders: 1, dropouts: 0 } };

async function complete(recipe: RecipeInput, name: string, options: RunOptions = {}) {
  const folder = join(root, name);
  let summary: RunSummary | undefined;
  for await (const event of run(completeRecipe(recipe), { folder, workers: 2, ...options })) {
    if (event.kind === "run-finished") summary = event.summary;
  }
  return { summary, model: () => readFileSync(join(folder, "model.safetensors")) };
}

const inTheClear = await complete(words, "clear");
const inSecret = await complete(secret, "secret", { workers: 1 });

/** By client and parameter. */
const tensorsOf = ({ model }: typeof inSecret) =>
  new Map(decodeSafetensors(model()).tensors.map(({ name, data }) => [name, data as Float32Array]));

test("SecEA gives every client what the server would have given it in the clear", () => {
  const expected = tensorsOf(inTheClear);
  const found = tensorsOf(inSecret);
  expect([...found.keys()]).toEqual(
    [0, 1, 2, 3].flatMap((k) => [`client-${k}/entities`, `client-${k}/relations`]),
  );
  for (const [name, tensor] of expected) {
    const worst = tensor.reduce((most, entry, i) => Math.max(most, Math.abs(entry - found.get(name)![i])), 0);
    // A step of quantisation is 4e-9; Adam's first step divides by gradients that may be as small.
    expect(worst, name).toBeLessThan(2e-3);
  }
  const accuracies = [inTheClear, inSecret].map(({ summary }) => summary!.final.accuracy);
  expect(Math.abs(accuracies[0] - accuracies[1])).toBeLessThan(0.01);
  expect(inSecret.summary!.files.onnx).toBeNull();
  const { figures } = inSecret.summary!.rounds[1];
  expect(figures).toMatchObject({ included: 4, registrations: 0 });
  expect(figures!.clientSymbols).toBe(figures!.clientSymbolsExpected);
  expect(figures!.serverSymbols).toBe(figures!.serverSymbolsExpected);
});

test("what is averaged matters, and relations stay with their owners", async () => {
  const alone = tensorsOf(
    await complete({ ...words, protocol: { kind: "embeddings", exchange: "none" } }, "alone"),
  );
  const together = tensorsOf(inTheClear);
  const differ = (a: Float32Array, b: Float32Array) => a.some((entry, i) => entry !== b[i]);
  expect(differ(alone.get("client-0/entities")!, together.get("client-0/entities")!)).toBe(true);
  expect(differ(together.get("client-0/relations")!, together.get("client-1/relations")!)).toBe(true);
});

test("an interrupted run ends with the same bits, with any number of workers", async () => {
  const controller = new AbortController();
  const folder = join(root, "resumed");
  for await (const event of run(completeRecipe(secret), { folder, workers: 2, signal: controller.signal })) {
    if (event.kind === "checkpoint") controller.abort();
  }
  const resumed = await complete(secret, "resumed", { resume: true });
  expect(resumed.model().equals(inSecret.model())).toBe(true);
  const withoutWallTime = ({ summary }: typeof resumed) =>
    summary!.rounds.map(({ wallSeconds: _, ...round }) => round);
  expect(withoutWallTime(resumed)).toEqual(withoutWallTime(inSecret));
});

test.each<[Partial<RecipeInput>, string]>([
  [{ task: "mnist-softmax", data: { dataset: "mnist" }, partition: { kind: "iid" } }, "task.embeddings"],
  [{ protocol: { kind: "secea", colluders: 1, dropouts: 0, queries: 5 } }, "protocol.queries"],
])("what cannot be is said before anything is written: %j", async (change, code) => {
  await expect(complete({ ...secret, ...change }, "never")).rejects.toMatchObject({ code });
  expect(() => readFileSync(join(root, "never", "recipe.yaml"))).toThrow();
});

/** One run of the quick start under a protocol. Runs in a child process of `bench/secure.ts`. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRecipe } from "../../src/recipe/index.ts";
import { run } from "../../src/run/run.ts";
import { answer } from "./child.ts";

export interface SecureRunCase {
  /** Changes of the recipe, as `key.path=value`. */
  readonly overrides: readonly string[];
}

export interface SecureRunResult {
  /** Wall time from the recipe to the summary, data, training, evaluation and records included. */
  readonly seconds: number;
}

await answer<SecureRunCase, SecureRunResult>(async ({ overrides }) => {
  const file = new URL("../../recipes/quickstart.yaml", import.meta.url);
  const recipe = parseRecipe(await readFile(file, "utf8"), { file: "quickstart.yaml", overrides });
  const parent = await mkdtemp(join(tmpdir(), "coterie-secure-"));
  try {
    const started = performance.now();
    for await (const _ of run(recipe, { folder: join(parent, "run") }));
    return { seconds: (performance.now() - started) / 1000 };
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});

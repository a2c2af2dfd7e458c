import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRecipe } from "../parse.ts";
import { findRecipe, listRecipes } from "./find.ts";

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "coterie-find-")));
  await mkdir(join(folder, "recipes"));
  await writeFile(join(folder, "recipes", "mine.yml"), "# My own recipe.\ntask: x\n");
  await writeFile(join(folder, "recipes", "tabular.yaml"), "# Shadows the package's.\ntask: y\n");
  await writeFile(join(folder, "loose.yaml"), "task: z\n");
  await writeFile(join(folder, "binary.yaml"), Uint8Array.of(0x74, 0xff, 0xfe));
});

afterAll(() => rm(folder, { recursive: true }));

test("a bare name is looked for in recipes/ of the working folder, then of the package", async () => {
  expect(await findRecipe("mine", folder)).toEqual({
    file: join("recipes", "mine.yml"),
    folder: join(folder, "recipes"),
    text: "# My own recipe.\ntask: x\n",
  });
  expect((await findRecipe("tabular", folder)).text).toContain("task: y");
  expect((await findRecipe("quickstart", folder)).text).toContain("mnist-mlp");
});

test("a path is taken as it is", async () => {
  expect((await findRecipe("./loose.yaml", folder)).file).toBe("loose.yaml");
  expect((await findRecipe(join(folder, "loose.yaml"), folder)).text).toBe("task: z\n");
});

test.each([
  ["quickstrat", "recipe.not-found", 'There is no recipe "quickstrat"; did you mean "quickstart"?'],
  ["lose.yaml", "recipe.not-found", 'There is no recipe file lose.yaml; did you mean "loose.yaml"?'],
  ["./nowhere/at/all.yaml", "recipe.not-found", "`coterie list recipes`"],
  ["./recipes", "recipe.unreadable", "recipes: this is a folder; give the recipe file in it"],
  ["./binary.yaml", "recipe.unreadable", "binary.yaml: the file is not UTF-8 text"],
])("%s is refused", async (name, code, message) => {
  await expect(findRecipe(name, folder)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test("every recipe that ships is right, named like its file, and explained", async () => {
  const recipes = await listRecipes(process.cwd());
  expect(recipes.map(({ name }) => name)).toContain("quickstart");
  for (const { name, description } of recipes) {
    const { file, text } = await findRecipe(name, process.cwd());
    expect(parseRecipe(text, { file }).name).toBe(name);
    expect(description.length).toBeGreaterThan(20);
  }
});

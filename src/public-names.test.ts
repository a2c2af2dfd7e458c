import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

const doors = Object.keys(manifest.exports).filter((door) => door !== "./package.json");

test.each(doors)("the public names of %s", async (door) => {
  const entry = manifest.exports[door as "./learn"] as { "coterie-source": string | Record<string, string> };
  const source = entry["coterie-source"];
  const path = typeof source === "string" ? source : source.node;
  const names = Object.keys(await import(/* @vite-ignore */ `../${path}`)).sort();
  expect(names).toMatchSnapshot();
});

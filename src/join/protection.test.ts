import { expect, test } from "vitest";
import { protectionOf } from "./protection.ts";

test.each([
  ["plain/update", false, []],
  ["ready", true, []],
  ["swiftagg-plus/key", true, []],
  ["swiftagg-plus/share", false, ["sealed"]],
  ["swiftagg-plus/share", true, ["noise", "sealed"]],
  ["swiftagg-plus/partial", true, ["noise", "summed", "sealed"]],
  ["swiftagg-plus/final", false, ["summed"]],
  ["lightsecagg/share", true, ["sealed"]],
  ["lightsecagg/upload", true, ["noise", "masked"]],
  ["lightsecagg/recovery", true, ["summed"]],
  ["secagg/upload", false, ["masked"]],
  ["secea/tables", false, ["sealed"]],
  ["secea/answers", false, ["sealed"]],
  ["secea/sum", false, ["summed"]],
  ["embeddings/rows", false, []],
] as const)("%s, noise %s: %j", (kind, hasNoise, words) => {
  expect(protectionOf(kind, hasNoise)).toEqual(words);
});

import { expect, test } from "vitest";
import { isMessageOf, messageWords } from "./message-words.ts";

test("a run has the messages of the rounds and of its own protocol, and no others", () => {
  expect(isMessageOf("lightsecagg", "round")).toBe(true);
  expect(isMessageOf("lightsecagg", "lightsecagg/share")).toBe(true);
  for (const kind of ["swiftagg-plus/share", "lightsecagg/made-up", "share", "other", "constructor", ""])
    expect(isMessageOf("lightsecagg", kind), kind).toBe(false);
  expect(isMessageOf("secagg", "secagg-plus/key")).toBe(false);
});

test("there are words for what is known", () => {
  expect(messageWords("secagg/upload")).toBe(messageWords("secagg-plus/upload"));
  expect(messageWords("toString")).toBeUndefined();
});

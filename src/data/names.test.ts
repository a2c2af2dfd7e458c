import { expect, it } from "vitest";
import { nearestName, sortedNames } from "./names.ts";

it("sorts whole numbers by value and everything else by code units", () => {
  expect(sortedNames(["10", "9", "-1"])).toEqual(["-1", "9", "10"]);
  expect(sortedNames(["10", "9", "x"])).toEqual(["10", "9", "x"]);
  expect(sortedNames(["ä", "b", "B"])).toEqual(["B", "b", "ä"]);
});

it("finds the nearest name, and none when nothing is near", () => {
  expect(nearestName("mnits", ["fashion", "mnist"])).toBe("mnist");
  expect(nearestName("Species", ["specie", "length"])).toBe("specie");
  expect(nearestName("weight", ["colour", "kind"])).toBeUndefined();
});

import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const sources = globSync(["src/**/*.ts", "bin/*.js"]).filter(
  (file) => !/\.(test|contract)\.ts$|testing/.test(file),
);
/** Where codes stand: first in an error's or a problem's arguments, or behind `code:`. */
const code =
  /(?:(?:Error|Interrupted|problem|super|fail|abort)\(|\bcode: )\s*"([a-z]+(?:\.[a-z-]+)+|internal)"/g;

it("docs/errors.md lists exactly the codes that the sources give", () => {
  const given = sources.flatMap((file) =>
    Array.from(readFileSync(file, "utf8").matchAll(code), ([, name]) => name),
  );
  const codes = readFileSync("docs/errors.md", "utf8").split("## Codes")[1];
  const listed = Array.from(codes.matchAll(/`((?:[a-z]+(?:\.[a-z-]+)+)|internal)`/g), ([, name]) => name);
  expect(given.length).toBeGreaterThan(100);
  expect(listed.filter((name, i) => listed.indexOf(name) < i)).toEqual([]);
  expect([...new Set(given)].sort()).toEqual(listed.sort());
});

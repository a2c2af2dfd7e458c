import { expect, it } from "vitest";
import { resolveInPackage } from "./package.ts";

it("says how to install a package that is missing", () => {
  expect(() => resolveInPackage("no-such-package-here/package.json", ".", "A folder of images")).toThrow(
    expect.objectContaining({
      name: "InputError",
      code: "data.package.missing",
      message:
        'A folder of images needs the npm package no-such-package-here, which is not installed: run "npm install no-such-package-here".',
    }),
  );
});

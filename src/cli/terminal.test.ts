import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { writeLine } from "./terminal.ts";

test("names of others cannot steer the terminal", () => {
  const stream = new PassThrough();
  writeLine(stream, "run \u001b[2Jcalm\u009b1m \u202eevil\r\u0000: Größe\t3\nтак 🎉");
  expect(String(stream.read())).toBe("run \ufffd[2Jcalm\ufffd1m \ufffdevil\ufffd\ufffd: Größe\t3\nтак 🎉\n");
});

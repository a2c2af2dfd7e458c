import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { writeLine } from "./terminal.ts";

function written(text: string): string {
  const stream = new PassThrough();
  writeLine(stream, text);
  return String(stream.read());
}

test("names of others cannot steer the terminal", () => {
  expect(written("run \u001b[2Jcalm\u009b1m \u202eevil\r: Größe\t3\nтак 🎉")).toBe(
    "run \\u001b[2Jcalm\\u009b1m \\u202eevil\\u000d: Größe\t3\nтак 🎉\n",
  );
});

test("JSON stays what it is", () => {
  const value = { name: "\u0000\u001b\u009b\u202e\t\n" };
  expect(JSON.parse(written(JSON.stringify(value)))).toEqual(value);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Control,
  formatControl,
  MAX_PIECE,
  MAX_RECIPIENTS,
  parseControl,
  SessionError,
} from "./control.ts";

const signature = "A".repeat(86);
const message = { kind: "message", sequence: 1, bytes: 10, signature };

/** One of each kind, with everything that it may hold. */
const valid: readonly Control[] = [
  { kind: "handshake", body: '{"step":"hello"}', signature },
  { kind: "handshake", body: "" },
  { ...message, kind: "message", to: ["a", "B.c_d-9"], from: "x".repeat(64) },
  { kind: "message", sequence: Number.MAX_SAFE_INTEGER, bytes: 2 ** 40 },
  { kind: "grant", sequence: 1, offset: 0 },
  { kind: "signed", sequence: 1, signature },
  { kind: "ack", sequence: 0 },
  { kind: "ping", id: 0 },
  { kind: "pong", id: 7 },
  { kind: "refused", code: "session.size", reason: "Zu groß: 5 MB – 工." },
  { kind: "bye", reason: "left" },
];

const malformed: readonly { readonly what: string; readonly text: string }[] = [
  { what: "no JSON", text: "hello" },
  { what: "nothing", text: "" },
  { what: "null", text: "null" },
  { what: "a list", text: "[]" },
  { what: "no kind", text: "{}" },
  { what: "another kind", text: '{"kind":"admin"}' },
  { what: "a kind from the prototype", text: '{"kind":"__proto__"}' },
  { what: "one more field", text: JSON.stringify({ ...message, extra: 1 }) },
  { what: "a prototype", text: '{"kind":"ping","id":1,"__proto__":{"id":2}}' },
  { what: "sequence 0", text: JSON.stringify({ ...message, sequence: 0 }) },
  { what: "sequence 1.5", text: JSON.stringify({ ...message, sequence: 1.5 }) },
  { what: "sequence -1", text: JSON.stringify({ ...message, sequence: -1 }) },
  { what: "sequence 2^53", text: JSON.stringify({ ...message, sequence: 2 ** 53 }) },
  { what: "sequence 1e999", text: '{"kind":"ack","sequence":1e999}' },
  { what: "a sequence in words", text: '{"kind":"ack","sequence":"1"}' },
  { what: "no bytes", text: JSON.stringify({ ...message, bytes: 0 }) },
  { what: "a negative offset", text: '{"kind":"grant","sequence":1,"offset":-1}' },
  { what: "a short signature", text: JSON.stringify({ ...message, signature: "A".repeat(85) }) },
  { what: "a signature in other letters", text: JSON.stringify({ ...message, signature: "+".repeat(86) }) },
  { what: "nobody as recipient", text: JSON.stringify({ ...message, to: [] }) },
  {
    what: "too many recipients",
    text: JSON.stringify({ ...message, to: Array(MAX_RECIPIENTS + 1).fill("a") }),
  },
  { what: "a recipient that is a path", text: JSON.stringify({ ...message, to: ["../a"] }) },
  { what: "an empty name", text: JSON.stringify({ ...message, from: "" }) },
  { what: "a long name", text: JSON.stringify({ ...message, from: "x".repeat(65) }) },
  { what: "a name in two lines", text: JSON.stringify({ ...message, from: "a\n" }) },
  { what: "an unknown farewell", text: '{"kind":"bye","reason":"bored"}' },
  { what: "a code in capitals", text: '{"kind":"refused","code":"SESSION","reason":""}' },
  { what: "a reason that moves the cursor", text: '{"kind":"refused","code":"a","reason":"\\u001b[2J"}' },
  { what: "a reason in two lines", text: '{"kind":"refused","code":"a","reason":"a\\nb"}' },
  { what: "a reason from right to left", text: '{"kind":"refused","code":"a","reason":"\\u202e"}' },
  { what: "a reason of half a character", text: '{"kind":"refused","code":"a","reason":"\\ud800"}' },
  { what: "a deep nest", text: "[".repeat(MAX_PIECE) },
  { what: "too much", text: JSON.stringify({ kind: "handshake", body: "x".repeat(MAX_PIECE) }) },
  { what: "a long body", text: JSON.stringify({ kind: "handshake", body: "x".repeat(8193) }) },
];

describe("control messages", () => {
  test("come back as they were sent", () => {
    for (const control of valid) expect(parseControl(formatControl(control))).toEqual(control);
  });

  test("to the largest group fit into one piece", () => {
    const to = Array.from({ length: MAX_RECIPIENTS }, (_, i) => `${i}`.padStart(64, "x"));
    const text = formatControl({
      ...{ kind: "message", sequence: Number.MAX_SAFE_INTEGER, bytes: 2 ** 32, to },
      ...{ from: "x".repeat(64), signature },
    });
    expect(text.length).toBeLessThanOrEqual(MAX_PIECE);
    expect(parseControl(text)).toMatchObject({ to });
  });

  test.each(malformed)("with $what are refused", ({ text }) => {
    expect(() => parseControl(text)).toThrow(
      expect.objectContaining({ name: "SessionError", code: "session.control" }),
    );
  });

  test("tell nothing of what was refused", () => {
    try {
      parseControl('{"kind":"secret-words"}');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SessionError);
      expect(String(error)).not.toContain("secret");
    }
  });

  test("are refused with a code, or taken, whatever the text", () => {
    const anything = fc.oneof(fc.string(), fc.json(), fc.constantFrom(...valid).map(formatControl));
    const spliced = fc
      .tuple(fc.constantFrom(...valid).map(formatControl), fc.nat(200), fc.nat(20), fc.string())
      .map(([text, at, length, inserted]) => text.slice(0, at) + inserted + text.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(anything, spliced), (text) => {
        let control: Control;
        try {
          control = parseControl(text);
        } catch (error) {
          expect(error).toMatchObject({ name: "SessionError", code: "session.control" });
          return;
        }
        expect(parseControl(formatControl(control))).toEqual(control);
      }),
      { numRuns: 5000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, Message, Tensor } from "../message.ts";
import { decodeMessage, encodeMessage, frameSize } from "./frame.ts";
import { FrameError } from "./frame-error.ts";

const reserved = new Set(["__proto__", "constructor", "prototype", "__metadata__"]);
const kind = fc.stringMatching(/^[A-Za-z0-9_./-]{1,64}$/);
// JSON has no minus zero.
const json = fc
  .jsonValue({ maxDepth: 4, stringUnit: "binary" })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
const body = fc.dictionary(
  fc.string().filter((key) => !reserved.has(key)),
  json,
  { noNullPrototype: true, maxKeys: 5 },
);
const tensor: fc.Arbitrary<Tensor> = fc.oneof(
  fc.float32Array({ maxLength: 50 }),
  fc.int32Array({ maxLength: 50 }),
  fc.uint32Array({ maxLength: 50 }),
  fc.uint8Array({ maxLength: 50 }),
);
const tensorName = fc.stringMatching(/^[A-Za-z0-9_./-]{1,128}$/).filter((name) => !reserved.has(name));
const tensors = fc.dictionary(tensorName, tensor, { noNullPrototype: true, minKeys: 1, maxKeys: 5 });
const message: fc.Arbitrary<Message> = fc.record(
  { kind, round: fc.maxSafeNat(), body, tensors },
  { requiredKeys: ["kind", "round"], noNullPrototype: true },
);

const update: Message = {
  kind: "update",
  round: 3,
  body: { examples: 600, loss: 0.25, names: ["a", { b: null }] },
  tensors: { update: Float32Array.of(1, -2.5), mask: Uint8Array.of(7) },
};

const HEADER = '{"kind":"go","round":1} ';

/** Written by hand from the table in frame.ts. */
const golden = Buffer.concat([
  Buffer.from("COTE"),
  Buffer.from("0100" + "0000" + "18000000" + "00000000", "hex"),
  Buffer.from(HEADER),
]);

/** A frame with this header text and payload, lengths consistent. */
function frame(header: string | Uint8Array, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const text = Buffer.from(header);
  const prefix = Buffer.from(golden.subarray(0, 16));
  prefix.writeUInt32LE(text.length, 8);
  prefix.writeUInt32LE(payload.length, 12);
  return Buffer.concat([prefix, text, payload]);
}

function changed(bytes: Uint8Array, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

function refusal(code: string) {
  return expect.objectContaining({ name: "FrameError", code });
}

describe("frames", () => {
  it("returns the message that was encoded, and knows its size beforehand", () => {
    fc.assert(
      fc.property(message, (given) => {
        const encoded = encodeMessage(given);
        expect(frameSize(given)).toBe(encoded.length);
        expect(decodeMessage(encoded)).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it("writes the golden frame byte by byte", () => {
    expect(Buffer.from(encodeMessage({ kind: "go", round: 1 })).toString("hex")).toBe(golden.toString("hex"));
    expect(decodeMessage(golden)).toEqual({ kind: "go", round: 1 });
  });

  it("decodes into views of the frame", () => {
    const encoded = encodeMessage(update);
    const { tensors } = decodeMessage(encoded);
    expect(Object.values(tensors ?? {}).map(({ buffer }) => buffer === encoded.buffer)).toEqual([true, true]);
  });

  it("decodes a frame at any offset of a larger buffer", () => {
    const encoded = encodeMessage(update);
    for (let offset = 0; offset < 8; offset++) {
      const larger = new Uint8Array(encoded.length + 16);
      larger.set(encoded, offset);
      expect(decodeMessage(larger.subarray(offset, offset + encoded.length))).toEqual(update);
    }
  });

  it("adds less than 200 bytes to one vector", () => {
    const vector = new Float32Array(100_000);
    const size = frameSize({
      kind: "update",
      round: 12,
      body: { examples: 600 },
      tensors: { update: vector },
    });
    expect(size - vector.byteLength).toBeLessThan(200);
  });

  it("carries non-finite floats, which protocols check", () => {
    const vector = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -0);
    expect(decodeMessage(encodeMessage({ kind: "x", round: 0, tensors: { vector } })).tensors).toEqual({
      vector,
    });
  });

  it("leaves no trace of an empty record of tensors", () => {
    expect(decodeMessage(encodeMessage({ kind: "x", round: 0, tensors: {} }))).toEqual({
      kind: "x",
      round: 0,
    });
  });

  const whole = encodeMessage(update);
  const hostile: [string, string, Uint8Array][] = [
    ["nothing", "frame.truncated", new Uint8Array(0)],
    ["half a prefix", "frame.truncated", golden.subarray(0, 15)],
    ["another magic", "frame.magic", changed(golden, (copy) => copy.write("HTTP"))],
    ["another version", "frame.version", changed(golden, (copy) => copy.writeUInt16LE(2, 4))],
    ["unknown flags", "frame.flags", changed(golden, (copy) => copy.writeUInt16LE(1, 6))],
    ["a header of 16 KiB and a byte", "frame.header-size", frame(`{}${" ".repeat(16 * 1024 - 1)}`)],
    ["a header of 4 GiB", "frame.header-size", changed(golden, (copy) => copy.writeUInt32LE(2 ** 32 - 1, 8))],
    ["a cut frame", "frame.length", whole.subarray(0, whole.length - 1)],
    ["a frame with a byte more", "frame.length", Buffer.concat([whole, Buffer.alloc(1)])],
    ["a payload of 4 GiB", "frame.length", changed(golden, (copy) => copy.writeUInt32LE(2 ** 32 - 1, 12))],
    ["no header", "frame.header-start", frame("")],
    ["a list as header", "frame.header-start", frame("[1]")],
    ["thirteen levels", "frame.json.depth", frame(`{"body":{"a":${"[".repeat(11)}${"]".repeat(11)}}}`)],
    ["broken JSON", "frame.json.syntax", frame('{"kind":')],
    ["a byte order mark within", "frame.json.syntax", frame(`{\ufeff"kind":"x","round":1}`)],
    ["a duplicate key", "frame.json.duplicate", frame('{"kind":"x","round":1,"round":2}')],
    [
      "a duplicate key in the body",
      "frame.json.duplicate",
      frame('{"kind":"x","round":1,"body":{"a":1,"a":1}}'),
    ],
    ["__proto__ in the body", "frame.json.key", frame('{"kind":"x","round":1,"body":{"__proto__":{}}}')],
    [
      "constructor in a list",
      "frame.json.key",
      frame('{"kind":"x","round":1,"body":{"a":[{"constructor":1}]}}'),
    ],
    ["an escaped prototype", "frame.json.key", frame('{"kind":"x","round":1,"body":{"\\u0070rototype":1}}')],
    ["an infinite number", "frame.json.number", frame('{"kind":"x","round":1,"body":{"a":-1e999}}')],
    ["an unknown field", "frame.header", frame('{"kind":"x","round":1,"more":1}')],
    ["no kind", "frame.kind", frame('{"round":1}')],
    ["a kind with a space", "frame.kind", frame('{"kind":"a b","round":1}')],
    ["a kind of 65 characters", "frame.kind", frame(`{"kind":"${"a".repeat(65)}","round":1}`)],
    ["no round", "frame.round", frame('{"kind":"x"}')],
    ["a negative round", "frame.round", frame('{"kind":"x","round":-1}')],
    ["half a round", "frame.round", frame('{"kind":"x","round":0.5}')],
    ["a body that is null", "frame.body", frame('{"kind":"x","round":1,"body":null}')],
    ["a body that is a list", "frame.body", frame('{"kind":"x","round":1,"body":[]}')],
    ["a broken payload", "frame.truncated", frame(HEADER, new Uint8Array(3))],
    [
      "a payload with a long header",
      "frame.tensors.header-size",
      frame(HEADER, new Uint8Array(16).fill(255)),
    ],
  ];

  it.each(hostile)("refuses %s as %s", (_, code, bytes) => {
    expect(() => decodeMessage(bytes)).toThrowError(refusal(code));
  });

  it("accepts twelve levels", () => {
    const deepest = `{"kind":"x","round":1,"body":{"a":${"[".repeat(10)}${"]".repeat(10)}}}`;
    expect(decodeMessage(frame(deepest)).kind).toBe("x");
    expect(encodeMessage(decodeMessage(frame(deepest))).length).toBeGreaterThan(0);
  });

  it("refuses a frame beyond the limit before reading it", () => {
    expect(() => decodeMessage(whole, { maxBytes: whole.length - 1 })).toThrowError(refusal("frame.size"));
    expect(decodeMessage(whole, { maxBytes: whole.length })).toEqual(update);
  });

  it.each<[string, string, unknown]>([
    ["a number that is not finite", "frame.json.number", { loss: Number.NaN }],
    ["undefined", "frame.json.value", { loss: undefined }],
    ["a big integer", "frame.json.value", { n: 1n }],
    ["a typed array in the body", "frame.json.value", { update: new Float32Array(2) }],
    ["a date", "frame.json.value", { at: new Date(0) }],
    ["a function", "frame.json.value", { toJSON: () => 1 }],
    ["a body too deep", "frame.json.depth", { a: [[[[[[[[[[[]]]]]]]]]]] }],
    ["a body too large", "frame.header-size", { text: "a".repeat(17_000) }],
    ["a list as body", "frame.body", [1]],
  ])("does not write %s", (_, code, body) => {
    const wrong = { kind: "x", round: 1, body } as Message;
    expect(() => encodeMessage(wrong)).toThrowError(refusal(code));
    expect(() => frameSize(wrong)).toThrowError(refusal(code));
  });

  it("survives mutated frames: a message or a FrameError, nothing else", () => {
    const bases = [update, { kind: "go", round: 1 }, { ...update, body: { a: { b: [1, "x", true] } } }].map(
      encodeMessage,
    );
    const position = fc.nat(400);
    const mutation = fc.oneof(
      fc.record({
        at: position,
        remove: fc.constant(1),
        insert: fc.uint8Array({ minLength: 1, maxLength: 1 }),
      }),
      fc.record({ at: position, remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) }),
      fc.record({
        at: position,
        remove: fc.nat(3),
        insert: fc.constantFrom(...'{}[]:,"\\0123456789-e').map((c) => Buffer.from(c)),
      }),
    );
    let refused = 0;
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...bases),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (base, mutations, repair) => {
          let bytes = Buffer.from(base);
          for (const { at, remove, insert } of mutations) {
            const place = at % bytes.length;
            bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)]);
          }
          // Mutants of another length would all fall at the first check; half of them get a fitting payload length.
          if (repair && bytes.length >= 16) {
            bytes.writeUInt32LE(Math.max(0, bytes.length - 16 - bytes.readUInt32LE(8)), 12);
          }
          try {
            const decoded = decodeMessage(bytes);
            expect(() => decodeMessage(encodeMessage(decoded))).not.toThrow();
            read++;
          } catch (error) {
            expect(error).toBeInstanceOf(FrameError);
            refused++;
          }
        },
      ),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(10_000);
  });
});

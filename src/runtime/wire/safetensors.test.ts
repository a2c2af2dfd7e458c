import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameError } from "./frame-error.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";

const GOLDEN_HEADER =
  '{"__metadata__":{"made":"by hand"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
  '"b":{"dtype":"U8","shape":[3,1],"data_offsets":[8,11]}} ';

/** Written by hand from the format's description; `safetensors` 0.8.0 for Python writes the same bytes. */
const golden = Buffer.concat([
  Buffer.from("9000000000000000", "hex"),
  Buffer.from(GOLDEN_HEADER),
  Buffer.from("0000803f" + "000020c0", "hex"),
  Buffer.from("007fff", "hex"),
]);

/**
 * From `safetensors.numpy.save` 0.8.0: every type, a scalar and an empty tensor, in that library's order
 * (empty, scalar, w, u, ids, bytes).
 */
const fromPython = Buffer.from(
  "58010000000000007b22656d707479223a7b226474797065223a22463332222c227368617065223a5b302c345d2c22646174615f6f66" +
    "6673657473223a5b302c305d7d2c227363616c6172223a7b226474797065223a22463332222c227368617065223a5b5d2c22646174" +
    "615f6f666673657473223a5b302c345d7d2c2277223a7b226474797065223a22463332222c227368617065223a5b322c335d2c2264" +
    "6174615f6f666673657473223a5b342c32385d7d2c2275223a7b226474797065223a22553332222c227368617065223a5b315d2c22" +
    "646174615f6f666673657473223a5b32382c33325d7d2c22696473223a7b226474797065223a22493332222c227368617065223a5b" +
    "325d2c22646174615f6f666673657473223a5b33322c34305d7d2c226279746573223a7b226474797065223a225538222c22736861" +
    "7065223a5b335d2c22646174615f6f666673657473223a5b34302c34335d7d7d2000006040000000000000803f0000004000004040" +
    "000080400000a040ffffffffffffffff07000000010203",
  "hex",
);

const everyType: NamedTensor[] = [
  { name: "empty", shape: [0, 4], data: new Float32Array(0) },
  { name: "scalar", shape: [], data: Float32Array.of(3.5) },
  { name: "w", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
  { name: "u", shape: [1], data: Uint32Array.of(4294967295) },
  { name: "ids", shape: [2], data: Int32Array.of(-1, 7) },
  { name: "bytes", shape: [3], data: Uint8Array.of(1, 2, 3) },
];

const name = fc
  .stringMatching(/^[A-Za-z0-9_./-]{1,128}$/)
  .filter((text) => !/^(constructor|prototype|__.*)$/.test(text));
const data = fc.oneof(
  fc.float32Array({ maxLength: 40 }),
  fc.int32Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
);
const tensors = fc.uniqueArray(
  fc.record({ name, data }).map(({ name, data }) => ({ name, shape: [data.length], data })),
  { selector: ({ name }) => name, maxLength: 12 },
);
const byName = (list: readonly NamedTensor[]) => new Map(list.map((tensor) => [tensor.name, tensor]));

/** A file with this header (padded) and this many bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + text.length + dataBytes);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  return bytes;
}

function entry(begin: number, end: number, more: object = {}): object {
  return { dtype: "U8", shape: [end - begin], data_offsets: [begin, end], ...more };
}

function refusal(code: string) {
  return expect.objectContaining({ name: "FrameError", code });
}

describe("safetensors", () => {
  it("writes the golden file byte by byte", () => {
    const encoded = encodeSafetensors(
      [
        { name: "a", shape: [2], data: Float32Array.of(1, -2.5) },
        { name: "b", shape: [3, 1], data: Uint8Array.of(0, 127, 255) },
      ],
      { made: "by hand" },
    );
    expect(Buffer.from(encoded).toString("hex")).toBe(golden.toString("hex"));
  });

  it("reads and writes what the Python library writes", () => {
    expect(decodeSafetensors(fromPython)).toEqual({ tensors: everyType, metadata: {} });
    expect(Buffer.from(encodeSafetensors(everyType)).toString("hex")).toBe(fromPython.toString("hex"));
  });

  it("returns what it was given, metadata included", () => {
    fc.assert(
      fc.property(
        tensors,
        fc.dictionary(
          fc.string().filter((key) => !key.startsWith("__") && !/^(constructor|prototype)$/.test(key)),
          fc.string(),
        ),
        (given, metadata) => {
          const decoded = decodeSafetensors(encodeSafetensors(given, metadata));
          expect(byName(decoded.tensors)).toEqual(byName(given));
          expect({ ...decoded.metadata }).toEqual({ ...metadata });
        },
      ),
    );
  });

  it("gives views where the alignment allows and copies where it does not", () => {
    const encoded = encodeSafetensors(everyType);
    for (const { data } of decodeSafetensors(encoded).tensors) expect(data.buffer).toBe(encoded.buffer);
    const shifted = new Uint8Array(encoded.length + 1).subarray(1);
    shifted.set(encoded);
    const decoded = decodeSafetensors(shifted);
    expect(decoded.tensors).toEqual(everyType);
    expect(decoded.tensors.map(({ data }) => data.buffer === shifted.buffer)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("writes only the part of a buffer that a view shows", () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const decoded = decodeSafetensors(encodeSafetensors([{ name: "part", shape: [2], data: view }]));
    expect(decoded.tensors[0].data).toEqual(Float32Array.of(2, 3));
  });

  it("accepts any order of the header's entries", () => {
    const header = { later: entry(3, 5), first: entry(0, 3), none: entry(3, 3) };
    const { tensors } = decodeSafetensors(file(header, 5));
    expect(tensors.map(({ name }) => name)).toEqual(["first", "none", "later"]);
  });

  const deep = `{"a":${"[".repeat(100_000)}`;
  const hostile: [string, string, Uint8Array][] = [
    ["no length", "frame.truncated", new Uint8Array(7)],
    ["a header beyond the end", "frame.truncated", golden.subarray(0, 100)],
    ["a header of 256 KiB and a byte", "frame.tensors.header-size", file(" ".repeat(256 * 1024 + 1), 0)],
    ["a length of 2^64 - 1", "frame.tensors.header-size", new Uint8Array(16).fill(255)],
    ["an empty header", "frame.tensors.header-start", new Uint8Array(8)],
    ["an array as header", "frame.tensors.header-start", file("[]", 0)],
    ["a space before the brace", "frame.tensors.header-start", file(" {}", 0)],
    ["a hundred thousand brackets", "frame.json.depth", file(deep, 0)],
    ["five levels", "frame.json.depth", file({ a: { shape: [[[1]]] } }, 0)],
    ["broken JSON", "frame.json.syntax", file('{"a":}', 0)],
    ["two values", "frame.json.syntax", file("{}{}", 0)],
    ["broken UTF-8", "frame.json.syntax", file('{"a":1}', 0).map((byte) => (byte === 0x61 ? 0xff : byte))],
    ["a duplicate name", "frame.json.duplicate", file('{"a":{},"a":{}}', 0)],
    [
      "a duplicate field",
      "frame.json.duplicate",
      file('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    ],
    [
      "4097 tensors",
      "frame.tensors.count",
      file(Object.fromEntries(range(4097).map((i) => [`t${i}`, {}])), 0),
    ],
    ["100,000 keys", "frame.tensors.count", file(`{${'"":0,'.repeat(50_000)}"":0}`, 0)],
    ["an empty name", "frame.tensors.name", file({ "": entry(0, 1) }, 1)],
    ["a long name", "frame.tensors.name", file({ ["a".repeat(129)]: entry(0, 1) }, 1)],
    ["a name with a space", "frame.tensors.name", file({ "a b": entry(0, 1) }, 1)],
    ["a name with a newline", "frame.tensors.name", file({ "a\n": entry(0, 1) }, 1)],
    ["__proto__", "frame.json.key", file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)],
    ["constructor", "frame.json.key", file({ constructor: entry(0, 1) }, 1)],
    ["prototype within an entry", "frame.json.key", file({ a: entry(0, 1, { prototype: 1 }) }, 1)],
    ["metadata that is not text", "frame.tensors.metadata", file({ __metadata__: { a: 1 } }, 0)],
    ["metadata as a list", "frame.tensors.metadata", file({ __metadata__: ["a"] }, 0)],
    ["an entry that is a number", "frame.tensors.entry", file({ a: 1 }, 0)],
    ["an entry that is null", "frame.tensors.entry", file({ a: null }, 0)],
    ["an entry without shape", "frame.tensors.entry", file({ a: { dtype: "U8", data_offsets: [0, 0] } }, 0)],
    ["an entry with an extra field", "frame.tensors.entry", file({ a: entry(0, 1, { more: 1 }) }, 1)],
    ["a shape that is a number", "frame.tensors.rank", file({ a: entry(0, 1, { shape: 1 }) }, 1)],
    ["nine dimensions", "frame.tensors.rank", file({ a: entry(0, 1, { shape: Array(9).fill(1) }) }, 1)],
    ["a negative dimension", "frame.tensors.dimension", file({ a: entry(0, 1, { shape: [-1] }) }, 1)],
    ["half a dimension", "frame.tensors.dimension", file({ a: entry(0, 1, { shape: [0.5] }) }, 1)],
    ["a dimension of 2^31", "frame.tensors.dimension", file({ a: entry(0, 1, { shape: [2 ** 31] }) }, 1)],
    ["a dimension in words", "frame.tensors.dimension", file({ a: entry(0, 1, { shape: ["1"] }) }, 1)],
    ["an infinite dimension", "frame.json.number", file('{"a":{"dtype":"U8","shape":[1e999]}}', 0)],
    [
      "a product beyond 2^53",
      "frame.tensors.overflow",
      file({ a: entry(0, 1, { shape: [2 ** 30, 2 ** 30, 0] }) }, 1),
    ],
    ["an unknown type", "frame.tensors.dtype", file({ a: entry(0, 1, { dtype: "F64" }) }, 1)],
    ["an inherited type", "frame.tensors.dtype", file({ a: entry(0, 1, { dtype: "toString" }) }, 1)],
    ["one offset", "frame.tensors.offsets", file({ a: entry(0, 1, { data_offsets: [0] }) }, 1)],
    ["a negative offset", "frame.tensors.offsets", file({ a: entry(0, 1, { data_offsets: [-1, 0] }) }, 1)],
    ["half an offset", "frame.tensors.offsets", file({ a: entry(0, 1, { data_offsets: [0.5, 1.5] }) }, 1)],
    [
      "an end before the begin",
      "frame.tensors.offsets",
      file({ a: entry(0, 1, { data_offsets: [1, 0] }) }, 1),
    ],
    ["bytes that differ from the shape", "frame.tensors.bytes", file({ a: entry(0, 1, { shape: [2] }) }, 1)],
    ["bytes that differ from the type", "frame.tensors.bytes", file({ a: entry(0, 1, { dtype: "F32" }) }, 1)],
    ["an overlap", "frame.tensors.overlap", file({ a: entry(0, 4), b: entry(2, 6) }, 6)],
    ["two names for one place", "frame.tensors.overlap", file({ a: entry(0, 4), b: entry(0, 4) }, 4)],
    ["a hole", "frame.tensors.hole", file({ a: entry(0, 4), b: entry(5, 6) }, 6)],
    ["a hole at the start", "frame.tensors.hole", file({ a: entry(1, 4) }, 4)],
    ["data left over", "frame.tensors.end", file({ a: entry(0, 4) }, 5)],
    ["data missing", "frame.tensors.end", file({ a: entry(0, 4) }, 3)],
    [
      "offsets of petabytes",
      "frame.tensors.end",
      file({ a: { dtype: "U8", shape: [2 ** 30, 2 ** 20], data_offsets: [0, 2 ** 50] } }, 3),
    ],
  ];

  it.each(hostile)("refuses %s as %s", (_, code, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrowError(refusal(code));
  });

  it("refuses a file beyond the limit before reading it", () => {
    expect(() => decodeSafetensors(golden, { maxBytes: golden.length - 1 })).toThrowError(
      refusal("frame.size"),
    );
    expect(decodeSafetensors(golden, { maxBytes: golden.length }).tensors.length).toBe(2);
  });

  it("keeps a stranger's words short in its sentences", () => {
    const bytes = file({ [" ".repeat(100_000)]: 1 }, 0);
    const refused = expect.objectContaining({ message: expect.stringMatching(/^.{1,200}$/) });
    expect(() => decodeSafetensors(bytes)).toThrowError(refused);
  });

  it.each<[string, string, NamedTensor[]]>([
    ["a bad name", "frame.tensors.name", [{ name: "a b", shape: [1], data: new Uint8Array(1) }]],
    [
      "the metadata's name",
      "frame.tensors.name",
      [{ name: "__metadata__", shape: [1], data: new Uint8Array(1) }],
    ],
    [
      "a prototype's name",
      "frame.tensors.name",
      [{ name: "__proto__", shape: [1], data: new Uint8Array(1) }],
    ],
    [
      "a shape that differs from the data",
      "frame.tensors.bytes",
      [{ name: "a", shape: [3], data: new Float32Array(2) }],
    ],
    [
      "two tensors of one name",
      "frame.json.duplicate",
      ["a", "a"].map((name) => ({ name, shape: [1], data: new Uint8Array(1) })),
    ],
    [
      "too many tensors",
      "frame.tensors.count",
      range(4097).map((i) => ({ name: `t${i}`, shape: [0], data: new Uint8Array(0) })),
    ],
  ])("does not write %s", (_, code, tensors) => {
    expect(() => encodeSafetensors(tensors)).toThrowError(refusal(code));
  });

  it("never throws anything but FrameError, whatever the header says", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const field = fc.oneof(json, fc.constantFrom("F32", "U8"), fc.array(fc.integer({ min: -1, max: 9 })));
    const entries = fc.dictionary(
      fc.oneof(name, fc.string()),
      fc.record({ dtype: field, shape: field, data_offsets: field }),
    );
    fc.assert(
      fc.property(fc.oneof(entries, json), fc.nat(16), (header, dataBytes) => {
        try {
          decodeSafetensors(file(header, dataBytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

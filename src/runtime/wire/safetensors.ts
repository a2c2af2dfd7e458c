/**
 * The safetensors file format (https://huggingface.co/docs/safetensors): an unsigned 64-bit header length, a
 * JSON header `{ name: { dtype, shape, data_offsets } }`, then the tensors' bytes; all little-endian, as is every
 * machine that this runs on. The same bytes serve as a frame's payload and as `model.safetensors`.
 *
 * Headers are padded with spaces to a multiple of 8 and four-byte types are laid before bytes, so that decoding
 * gives views of the given buffer without a copy. The decoder is meant for strangers' bytes: everything is
 * bounded and checked before it is used, and the sender's metadata stays text.
 */
import type { Json, Tensor } from "../message.ts";
import { isObject, parseScannedJson, scanJson } from "./bounded-json.ts";
import { FrameError, quoted } from "./frame-error.ts";
import {
  checkBytes,
  checkCount,
  checkHeaderSize,
  checkMetadata,
  checkName,
  countEntries,
  isCount,
  MAX_TENSORS,
} from "./tensor-checks.ts";

/** A tensor with its place in a model: row-major `data` of product(`shape`) entries. */
export interface NamedTensor {
  /** 1 to 128 characters of `[A-Za-z0-9_./-]`. */
  readonly name: string;
  /** At most 8 dimensions of 0 to 2^31 - 1; `[]` is a scalar of one entry. */
  readonly shape: readonly number[];
  readonly data: Tensor;
}

export interface SafetensorsLimits {
  /** Bytes of the whole file; default 1 GiB. */
  readonly maxBytes?: number;
}

/** What a file holds, in the order of the data. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that a file may have unless the caller says otherwise. */
const MAX_SAFETENSORS_BYTES = 2 ** 30;
const MAX_DEPTH = 4;
const OPEN_BRACE = 0x7b;
const SPACE = 0x20;

const encoder = new TextEncoder();

/**
 * The tensors as one safetensors file. Tensors of four-byte types come first, each group in the given order.
 *
 * @throws FrameError with the decoder's codes when a name, shape or size would be refused on arrival.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const plan = planSafetensors(tensors, metadata);
  const bytes = new Uint8Array(plan.byteLength);
  writeSafetensors(plan, bytes);
  return bytes;
}

/** A file laid out but not yet written, so that a frame can copy the data straight into place. */
export interface SafetensorsPlan {
  readonly header: Uint8Array;
  readonly byteLength: number;
  readonly tensors: readonly NamedTensor[];
}

/** Lays out a file; costs nothing in the size of the data. Throws as {@link encodeSafetensors}. */
export function planSafetensors(
  tensors: readonly NamedTensor[],
  metadata?: Readonly<Record<string, string>>,
): SafetensorsPlan {
  checkCount(tensors.length);
  const ordered = [
    ...tensors.filter(({ data }) => data.BYTES_PER_ELEMENT > 1),
    ...tensors.filter(({ data }) => data.BYTES_PER_ELEMENT === 1),
  ];
  const header: Record<string, Json> =
    metadata === undefined ? {} : { __metadata__: checkMetadata(metadata) };
  const seen = new Set<string>();
  let offset = 0;
  for (const { name, shape, data } of ordered) {
    checkName(name);
    if (seen.has(name)) {
      throw new FrameError(
        "frame.json.duplicate",
        `Two tensors are called ${quoted(name)}; names must differ.`,
      );
    }
    seen.add(name);
    checkBytes(name, countEntries(name, shape), data.BYTES_PER_ELEMENT, data.byteLength);
    header[name] = {
      dtype: dtypeOf(data),
      shape: [...shape],
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  const text = encoder.encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(SPACE);
  padded.set(text);
  checkHeaderSize(padded.length);
  return { header: padded, byteLength: 8 + padded.length + offset, tensors: ordered };
}

/** Writes a planned file to the start of `target`, which has at least `plan.byteLength` bytes. */
export function writeSafetensors(plan: SafetensorsPlan, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  view.setBigUint64(0, BigInt(plan.header.length), true);
  target.set(plan.header, 8);
  let offset = 8 + plan.header.length;
  for (const { data } of plan.tensors) {
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
}

/**
 * Reads a safetensors file from anyone. The tensors are views of `bytes` wherever its alignment allows (always,
 * for files written by {@link encodeSafetensors} into a buffer of their own), copies otherwise.
 *
 * @throws FrameError, in the order of the checks: `frame.size`, `frame.truncated`, `frame.tensors.header-size`,
 *   `frame.tensors.header-start`, `frame.json.depth`, `frame.tensors.count`, `frame.json.syntax`,
 *   `frame.json.object`, `frame.json.key`, `frame.json.number`, `frame.json.duplicate`,
 *   `frame.tensors.metadata`, `frame.tensors.name`, `frame.tensors.entry`, `frame.tensors.rank`,
 *   `frame.tensors.dimension`, `frame.tensors.overflow`, `frame.tensors.dtype`, `frame.tensors.offsets`,
 *   `frame.tensors.bytes`, `frame.tensors.overlap`, `frame.tensors.hole`, `frame.tensors.end`.
 */
export function decodeSafetensors(bytes: Uint8Array, limits: SafetensorsLimits = {}): Safetensors {
  const header = readHeader(bytes, limits.maxBytes ?? MAX_SAFETENSORS_BYTES);
  const shape = scanJson(header, MAX_DEPTH);
  // One member more than the tensors, for the metadata; the exact count follows once names are known.
  if (shape.topMembers > MAX_TENSORS + 1) checkCount(shape.topMembers);
  const members = new Map(Object.entries(parseScannedJson(header, shape)));
  const metadata = checkMetadata(members.get("__metadata__") ?? {});
  members.delete("__metadata__");
  checkCount(members.size);

  const entries: Entry[] = [];
  for (const [name, member] of members) {
    checkName(name);
    entries.push(readEntry(name, member));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);

  const start = 8 + header.length;
  checkCoverage(entries, bytes.length - start);
  return {
    tensors: entries.map(({ name, shape, dtype, begin, end }) => ({
      name,
      shape,
      data: viewOf(dtype, bytes, start + begin, end - begin),
    })),
    metadata,
  };
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length > maxBytes) {
    throw new FrameError(
      "frame.size",
      `The tensors take ${bytes.length} bytes, more than the limit of ${maxBytes}; send less or raise the limit.`,
    );
  }
  if (bytes.length < 8) {
    throw new FrameError(
      "frame.truncated",
      `A safetensors file has at least 8 bytes, this one ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  checkHeaderSize(length);
  if (8 + length > bytes.length) {
    throw new FrameError(
      "frame.truncated",
      `The tensor header claims ${length} bytes, but only ${bytes.length - 8} follow; the file was cut.`,
    );
  }
  if (bytes[8] !== OPEN_BRACE || length === 0) {
    throw new FrameError("frame.tensors.header-start", "The tensor header must start with `{`.");
  }
  return bytes.subarray(8, 8 + length);
}

function readEntry(name: string, member: Json): Entry {
  if (!isObject(member) || !hasExactly(member, ["dtype", "shape", "data_offsets"])) {
    throw new FrameError(
      "frame.tensors.entry",
      `Tensor ${quoted(name)} must have exactly dtype, shape and data_offsets.`,
    );
  }
  const { dtype, shape, data_offsets: offsets } = member;
  if (!Array.isArray(shape)) {
    throw new FrameError("frame.tensors.rank", `The shape of tensor ${quoted(name)} must be a list.`);
  }
  const entries = countEntries(name, shape);
  if (!isDType(dtype)) {
    throw new FrameError(
      "frame.tensors.dtype",
      `Tensor ${quoted(name)} has the type ${quoted(dtype)}; known are ${Object.keys(DTYPES).join(", ")}.`,
    );
  }
  if (!isOffsets(offsets)) {
    throw new FrameError(
      "frame.tensors.offsets",
      `The data_offsets of tensor ${quoted(name)} must be two integers, begin <= end.`,
    );
  }
  const [begin, end] = offsets;
  checkBytes(name, entries, DTYPES[dtype].bytes, end - begin);
  return { name, dtype, shape, begin, end };
}

/** The entries, sorted by offset, must tile the `length` bytes of data exactly. */
function checkCoverage(entries: readonly Entry[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) {
      throw new FrameError("frame.tensors.overlap", `Tensor ${quoted(name)} overlaps the tensor before it.`);
    }
    if (begin > covered) {
      throw new FrameError("frame.tensors.hole", `Unclaimed bytes lie before tensor ${quoted(name)}.`);
    }
    covered = end;
  }
  if (covered !== length) {
    throw new FrameError(
      "frame.tensors.end",
      `The tensors end at byte ${covered} of the data, which has ${length} bytes; both must agree.`,
    );
  }
}

function isOffsets(offsets: Json): offsets is readonly [number, number] {
  return (
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every((offset) => typeof offset === "number" && isCount(offset, Number.MAX_SAFE_INTEGER)) &&
    offsets[0] <= offsets[1]
  );
}

function hasExactly(value: object, keys: readonly string[]): boolean {
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}

interface DTypeKind {
  readonly bytes: number;
  readonly view: (buffer: ArrayBufferLike, offset: number, entries: number) => Tensor;
}

const DTYPES = {
  F32: { bytes: 4, view: (buffer, offset, entries) => new Float32Array(buffer, offset, entries) },
  I32: { bytes: 4, view: (buffer, offset, entries) => new Int32Array(buffer, offset, entries) },
  U32: { bytes: 4, view: (buffer, offset, entries) => new Uint32Array(buffer, offset, entries) },
  U8: { bytes: 1, view: (buffer, offset, entries) => new Uint8Array(buffer, offset, entries) },
} as const satisfies Record<string, DTypeKind>;
type DType = keyof typeof DTYPES;

function isDType(value: Json): value is DType {
  return typeof value === "string" && Object.hasOwn(DTYPES, value);
}

function dtypeOf(data: Tensor): DType {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Int32Array) return "I32";
  return data instanceof Uint32Array ? "U32" : "U8";
}

function viewOf(dtype: DType, bytes: Uint8Array, offset: number, length: number): Tensor {
  const { bytes: entryBytes, view } = DTYPES[dtype];
  const start = bytes.byteOffset + offset;
  if (start % entryBytes === 0) return view(bytes.buffer, start, length / entryBytes);
  return view(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer, 0, length / entryBytes);
}

/** The limits of the safetensors format, the same for what is written and for what is read. */
import { isObject } from "./bounded-json.ts";
import { FrameError, quoted } from "./frame-error.ts";

const MAX_HEADER_BYTES = 256 * 1024;
export const MAX_TENSORS = 4096;
const MAX_RANK = 8;
const MAX_DIMENSION = 2 ** 31 - 1;
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype", "__metadata__"]);

export function checkHeaderSize(length: number): void {
  if (length > MAX_HEADER_BYTES) {
    throw new FrameError(
      "frame.tensors.header-size",
      `The tensor header has ${length} bytes, more than the limit of ${MAX_HEADER_BYTES}.`,
    );
  }
}

export function checkCount(count: number): void {
  if (count > MAX_TENSORS) {
    throw new FrameError("frame.tensors.count", `More than ${MAX_TENSORS} tensors came at once; split them.`);
  }
}

export function checkName(name: string): void {
  if (!NAME.test(name) || RESERVED.has(name)) {
    throw new FrameError(
      "frame.tensors.name",
      `The tensor name ${quoted(name)} is refused; use 1 to 128 characters of A-Z a-z 0-9 _ . / -.`,
    );
  }
}

export function checkMetadata(metadata: unknown): Record<string, string> {
  if (isObject(metadata) && Object.values(metadata).every((value) => typeof value === "string")) {
    return metadata as Record<string, string>;
  }
  throw new FrameError("frame.tensors.metadata", "The metadata must map strings to strings.");
}

/** Entries of a tensor of this shape, every factor and every partial product checked. */
export function countEntries(name: string, shape: readonly unknown[]): number {
  if (shape.length > MAX_RANK) {
    throw new FrameError(
      "frame.tensors.rank",
      `Tensor ${quoted(name)} has ${shape.length} dimensions; at most ${MAX_RANK} are supported.`,
    );
  }
  let product = 1;
  for (const dimension of shape) {
    if (typeof dimension !== "number" || !isCount(dimension, MAX_DIMENSION)) {
      throw new FrameError(
        "frame.tensors.dimension",
        `Tensor ${quoted(name)} has the dimension ${quoted(dimension)}; use integers of 0 to 2^31 - 1.`,
      );
    }
    product *= dimension;
    if (product > Number.MAX_SAFE_INTEGER) {
      throw new FrameError("frame.tensors.overflow", `The shape of tensor ${quoted(name)} is too large.`);
    }
  }
  return product;
}

export function checkBytes(name: string, entries: number, entryBytes: number, bytes: number): void {
  if (entries * entryBytes !== bytes) {
    throw new FrameError(
      "frame.tensors.bytes",
      `Tensor ${quoted(name)} has ${bytes} bytes, but its shape and type need ${entries * entryBytes}.`,
    );
  }
}

/** True for an integer in [0, max]. */
export function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

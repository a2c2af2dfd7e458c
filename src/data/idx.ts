/**
 * The IDX format of the MNIST database (LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist, "file
 * formats"): two zero bytes, a type, the number of dimensions, each dimension as a big-endian 32-bit integer,
 * then the entries row by row. Only unsigned bytes, the type of every published image set, are read.
 */
import { InputError } from "../errors.ts";
import { shareLabels } from "./allocate.ts";
import type { Examples } from "./examples.ts";

export interface IdxArray {
  readonly dimensions: readonly number[];
  /** A view of the decoded bytes, not a copy. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Decodes one IDX file. `file` names it in errors.
 * @throws InputError `data.idx.magic`, `data.idx.type`, `data.idx.dimensions`, `data.idx.length`
 */
export function decodeIdx(bytes: Uint8Array, file: string): IdxArray {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new InputError(
      "data.idx.magic",
      `${file} is not an IDX file: it must begin with two zero bytes, a type and a number of dimensions.`,
      { at: file },
    );
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new InputError(
      "data.idx.type",
      `${file} holds entries of IDX type 0x${bytes[2].toString(16).padStart(2, "0")}, but only unsigned bytes ` +
        "(type 0x08) are read: convert the file.",
      { at: file },
    );
  }
  const rank = bytes[3];
  const header = 4 + 4 * rank;
  if (rank === 0 || bytes.length < header) {
    throw new InputError(
      "data.idx.dimensions",
      `${file} announces ${rank} dimensions in a file of ${bytes.length} bytes: it is truncated or damaged, so get it again.`,
      { at: file },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  // A product beyond 2^53 loses digits, but stays far above any length a file can have.
  const expected = header + dimensions.reduce((product, n) => product * n, 1);
  if (bytes.length !== expected) {
    const fault = bytes.length < expected ? "truncated" : "longer than its header says";
    throw new InputError(
      "data.idx.length",
      `${file} is ${fault}: ${bytes.length} bytes instead of ${expected} for ${dimensions.join(" x ")} entries, so get it again.`,
      { at: file },
    );
  }
  return { dimensions, data: bytes.subarray(header) };
}

/**
 * Labelled images from a pair of IDX files. Images of two dimensions (rows, columns) get a channel in front:
 * 28 x 28 pixels become [1, 28, 28]. Pixels stay bytes, with scale 1/255.
 * @param classes number of classes; one more than the largest label when absent.
 * @throws InputError `data.idx.pair` when the two do not match, and all of {@link decodeIdx}
 */
export function examplesFromIdx(
  images: { bytes: Uint8Array; file: string },
  labels: { bytes: Uint8Array; file: string },
  classes?: number,
): Examples {
  const pixels = decodeIdx(images.bytes, images.file);
  const answers = decodeIdx(labels.bytes, labels.file);
  const [rows, ...inner] = pixels.dimensions;
  if (inner.length === 0 || inner.includes(0)) {
    throw new InputError(
      "data.idx.pair",
      `${images.file} has dimensions ${pixels.dimensions.join(" x ")}, but images need at least two, none of them zero: ` +
        "are images and labels swapped?",
      { at: images.file },
    );
  }
  if (answers.dimensions.length !== 1 || answers.dimensions[0] !== rows || rows === 0) {
    throw new InputError(
      "data.idx.pair",
      `${labels.file} holds ${answers.dimensions.join(" x ")} labels for the ${rows} images of ${images.file}: ` +
        "give one label for each image, and at least one image.",
      { at: labels.file },
    );
  }
  const largest = answers.data.reduce((a, b) => Math.max(a, b), 0);
  if (classes !== undefined && largest >= classes) {
    throw new InputError(
      "data.idx.pair",
      `${labels.file} holds the label ${largest}, but there are only ${classes} classes, 0 to ${classes - 1}.`,
      { at: labels.file },
    );
  }
  return {
    features: pixels.data,
    scale: 1 / 255,
    shape: inner.length === 2 ? [1, ...inner] : inner,
    labels: shareLabels(answers.data),
    classes: classes ?? largest + 1,
  };
}

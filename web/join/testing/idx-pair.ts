import type { Examples } from "../../../src/data/examples.ts";

/** Grey pictures in the two files of the MNIST database's format (IDX, of unsigned bytes). */
export function idxPair({ features, labels, shape }: Examples): { images: Uint8Array; labels: Uint8Array } {
  const [rows, columns] = shape.slice(-2);
  return {
    images: idx([labels.length, rows, columns], features as Uint8Array),
    labels: idx([labels.length], Uint8Array.from(labels)),
  };
}

function idx(dimensions: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt16BE(0x0800 + dimensions.length, 2);
  for (const [i, size] of dimensions.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, values]);
}

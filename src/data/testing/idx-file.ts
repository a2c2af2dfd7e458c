/** An IDX file of unsigned bytes. */
export function idxFile(dimensions: readonly number[], data: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + data.length);
  const view = new DataView(file.buffer);
  file.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((n, i) => {
    view.setUint32(4 + 4 * i, n);
  });
  file.set(data, 4 + 4 * dimensions.length);
  return file;
}

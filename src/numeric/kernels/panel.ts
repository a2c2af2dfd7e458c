/** Columns that the kernels work on at a time. A multiple of 16. */
export const COLUMNS = 1024;

/**
 * Bytes from one row of a panel to the next: 64 more than its columns fill, because rows a power of two apart would
 * compete for the same few places of the caches.
 */
export const STRIDE = 4 * COLUMNS + 64;

/** The memory of a kernel, in pages of 64 KiB: WebAssembly's own, or a stand-in. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): unknown;
}

const PAGE = 65536;

/** Makes the memory at least so large; views of it taken before are of no use afterwards. */
export function reserve(memory: Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

/** For engines that cannot run the compiled kernels. */
export function plainMemory(): Memory {
  let buffer = new ArrayBuffer(0);
  return {
    get buffer() {
      return buffer;
    },
    grow(pages) {
      buffer = buffer.transfer(buffer.byteLength + pages * PAGE);
    },
  };
}

/**
 * Copies up to COLUMNS columns of the rows, from column `from` on, to the start of the memory: row i to byte
 * i * STRIDE. What lies behind them up to a multiple of four columns is set to zero.
 *
 * @returns the columns copied
 */
export function fillPanel(memory: Memory, rows: readonly Float32Array[], from: number): number {
  const floats = new Float32Array(memory.buffer);
  const width = Math.min(COLUMNS, rows[0].length - from);
  for (let i = 0; i < rows.length; i++) {
    const at = (i * STRIDE) / 4;
    floats.set(rows[i].subarray(from, from + width), at);
    floats.fill(0, at + width, at + width + (-width & 3));
  }
  return width;
}

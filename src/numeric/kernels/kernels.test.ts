/** The compiled kernels and their stand-ins in plain JavaScript leave the same bits in memory. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { sortingNetwork } from "../sorting-network.ts";
import { gram, sort } from "./compiled.ts";
import { type GramKernel, plainGramKernel } from "./gram-kernel.ts";
import { loadKernel } from "./load.ts";
import { fillPanel, type Memory, reserve, STRIDE } from "./panel.ts";
import { ABOVE_ALL, encodeNetwork, plainSortKernel, rowsTouched, type SortKernel } from "./sort-kernel.ts";

const WIDTH = 64;
const any = fc.float({ noNaN: true, noDefaultInfinity: true });
/** Whose squares do not overflow: the bits of what is not a number are nobody's promise. */
const moderate = fc.oneof(
  { weight: 9, arbitrary: fc.float({ noNaN: true, min: -10, max: 10 }) },
  { weight: 1, arbitrary: fc.float({ noNaN: true, min: -(2 ** 50), max: 2 ** 50 }) },
);

/** n rows, n a multiple of `factor`, of WIDTH entries. */
function panels(value: fc.Arbitrary<number>, factor: number): fc.Arbitrary<Float32Array[]> {
  return fc.integer({ min: 1, max: 21 / factor }).chain((count) =>
    fc.array(
      fc.array(value, { minLength: WIDTH, maxLength: WIDTH }).map((row) => Float32Array.from(row)),
      { minLength: count * factor, maxLength: count * factor },
    ),
  );
}

/** Runs the same on both memories, which begin with the rows, and gives what they hold afterwards. */
function bitsAfter<Kernel extends { memory: Memory }>(
  kernel: Kernel,
  rows: readonly Float32Array[],
  use: (kernel: Kernel, free: number) => { from: number; bytes: number }[],
): string {
  const free = rows.length * STRIDE;
  reserve(kernel.memory, 2 * free + 2 ** 17);
  new Uint8Array(kernel.memory.buffer).fill(0);
  fillPanel(kernel.memory, rows, 0);
  const places = use(kernel, free);
  return places
    .map(({ from, bytes }) => Buffer.from(kernel.memory.buffer, from, bytes).toString("hex"))
    .join("\n");
}

test("gram", () => {
  const compiled = loadKernel<GramKernel>(gram)!;
  expect(compiled).toBeDefined();
  fc.assert(
    fc.property(
      panels(moderate, 3),
      fc.boolean(),
      fc.infiniteStream(fc.boolean()),
      (rows, center, wanted) => {
        const n = rows.length;
        const marks = Array.from({ length: ((n / 3) * (n / 3 + 1)) / 2 }, () => Number(wanted.next().value));
        const use = (kernel: GramKernel, sums: number) => {
          const differences = sums + 8 * n * n;
          const marksAt = differences + 8 * n * n;
          new Uint8Array(kernel.memory.buffer, marksAt).set(marks);
          if (center) kernel.center(n, WIDTH);
          kernel.scale(n, WIDTH, 0.5);
          for (let time = 0; time < 2; time++) {
            kernel.products(n, WIDTH, sums);
            kernel.differences(n, WIDTH, differences, marksAt);
          }
          // What is left of the diagonal means nothing.
          const upper = Array.from({ length: n }, (_, i) => ({ from: 8 * (i * n + i), bytes: 8 * (n - i) }));
          return [
            { from: 0, bytes: sums },
            ...[sums, differences].flatMap((start) =>
              upper.map(({ from, bytes }) => ({ from: start + from, bytes })),
            ),
          ];
        };
        expect(bitsAfter(compiled, rows, use)).toBe(bitsAfter(plainGramKernel(), rows, use));
      },
    ),
  );
});

test("sort", () => {
  const compiled = loadKernel<SortKernel>(sort)!;
  expect(compiled).toBeDefined();
  fc.assert(
    fc.property(panels(any, 1), fc.nat(), fc.nat(), (rows, a, b) => {
      const n = rows.length;
      const count = 1 + (a % n);
      const first = b % (n - count + 1);
      const network = encodeNetwork(sortingNetwork(n));
      const use = (kernel: SortKernel) => {
        const out = rowsTouched(n) * STRIDE;
        new Int32Array(kernel.memory.buffer, 0, out / 4).fill(ABOVE_ALL, (n * STRIDE) / 4);
        const start = out + 8 * WIDTH;
        const end = start + 4 * network.length;
        new Uint32Array(kernel.memory.buffer, start).set(network);
        kernel.runNetwork(0, WIDTH, start, end);
        kernel.meanOfRows(first * STRIDE, count, WIDTH, out);
        kernel.restore(0, n, WIDTH);
        kernel.meanNearMedian(0, n, count, WIDTH, out + 4 * WIDTH);
        return [{ from: 0, bytes: out + 8 * WIDTH }];
      };
      expect(bitsAfter(compiled, rows, use)).toBe(bitsAfter(plainSortKernel(), rows, use));
    }),
  );
});

test("what cannot be compiled is not there", () => {
  expect(loadKernel(btoa("not a module"))).toBeUndefined();
});

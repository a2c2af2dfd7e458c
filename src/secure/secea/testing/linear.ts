/** Small helpers of tests that probe what is linear with unit vectors. */

/** 0..count-1. */
export function places(count: number): number[] {
  return [...Array(count).keys()];
}

export function unit(length: number, at: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => Number(i === at));
}

/** All ways to choose `size` of them. */
export function subsets(of: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, i) => subsets(of.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}

/** @param rows of the outcome, which there are also where there are no columns */
export function transposed(columns: readonly (readonly number[])[], rows: number): number[][] {
  return places(rows).map((row) => columns.map((column) => column[row]));
}

/**
 * The rules as their papers put them, on plain numbers and with no regard to cost: oracles for the fast ones. Rows
 * must not tie.
 */
type Rows = readonly ArrayLike<number>[];

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const average = (values: readonly number[]) => sum(values) / values.length;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sum(numbers(a.length).map((j) => (a[j] - b[j]) ** 2));
}

function perColumn(rows: Rows, combine: (values: number[]) => number): number[] {
  return numbers(rows[0].length).map((j) => combine(rows.map((row) => row[j])));
}

function middle(values: readonly number[]): number {
  const ascending = sorted(values);
  const n = ascending.length;
  return (ascending[Math.floor((n - 1) / 2)] + ascending[Math.floor(n / 2)]) / 2;
}

export function slowMean(rows: Rows): number[] {
  return perColumn(rows, average);
}

export function slowMedian(rows: Rows): number[] {
  return perColumn(rows, middle);
}

export function slowTrimmedMean(rows: Rows, f: number): number[] {
  return perColumn(rows, (values) => average(sorted(values).slice(f, values.length - f)));
}

export function slowNearestToMedian(rows: Rows, count: number): number[] {
  return perColumn(rows, (values) => {
    const center = middle(values);
    const nearest = [...values].sort((a, b) => Math.abs(a - center) - Math.abs(b - center) || a - b);
    return average(nearest.slice(0, count));
  });
}

export function slowKrumScores(rows: Rows, neighbours: number, power = 1): number[] {
  return rows.map((row, i) => {
    const others = rows.filter((_, j) => j !== i).map((other) => squaredDistance(row, other) ** power);
    return sum(sorted(others).slice(0, neighbours));
  });
}

/** The indices that Bulyan picks, in order. */
export function slowBulyanPicks(rows: Rows, f: number): number[] {
  const left = numbers(rows.length);
  return numbers(rows.length - 2 * f).map(() => {
    const scores = slowKrumScores(
      left.map((i) => rows[i]),
      Math.max(1, left.length - f - 2),
    );
    return left.splice(scores.indexOf(Math.min(...scores)), 1)[0];
  });
}

export function slowMixing(rows: Rows, f: number): number[][] {
  return rows.map((row) => {
    const nearest = [...rows].sort((a, b) => squaredDistance(row, a) - squaredDistance(row, b));
    return slowMean(nearest.slice(0, rows.length - f));
  });
}

/** All ways to choose `size` of `count`, in lexicographic order. */
export function subsets(count: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return numbers(count - from)
    .map((k) => k + from)
    .flatMap((first) => subsets(count, size - 1, first + 1).map((rest) => [first, ...rest]));
}

export function slowMda(rows: Rows, f: number): number[] {
  const diameter = (subset: readonly number[]) =>
    Math.max(0, ...subset.flatMap((i) => subset.map((j) => squaredDistance(rows[i], rows[j]))));
  const all = subsets(rows.length, rows.length - f);
  const best = all.reduce((held, next) => (diameter(next) < diameter(held) ? next : held));
  return slowMean(best.map((i) => rows[i]));
}

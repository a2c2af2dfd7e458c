/** Two places: the lower value goes to the first, the higher one to the second, which lies behind it. */
export type Comparator = readonly [number, number];

/**
 * Comparators that the kernels do in one go: of two places, `first` and `first + gap`, or of eight, `first + t * gap`,
 * of which the lower and the upper four are merged or sorted altogether. Places from n on hold what is above all else.
 */
export interface Step {
  readonly kind: "compare" | "merge" | "sort";
  readonly first: number;
  readonly gap: number;
}

/** Of places 0 to 7, by Batcher's merge: at distances 4, 2 and 1. */
const merge: readonly Comparator[] = [
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
  [2, 4],
  [3, 5],
  [1, 2],
  [3, 4],
  [5, 6],
];

const sortFour: readonly Comparator[] = [
  [0, 1],
  [2, 3],
  [0, 2],
  [1, 3],
  [1, 2],
];

const comparators: Readonly<Record<Step["kind"], readonly Comparator[]>> = {
  compare: [[0, 1]],
  merge,
  sort: [...sortFour, ...sortFour.map(([a, b]): Comparator => [4 + a, 4 + b]), ...merge],
};

/**
 * From this many needed comparators on, all of a step are done, which is quicker than one at a time. Sorts always
 * are, for they also see every place first.
 */
const worthwhile: Readonly<Record<Step["kind"], number>> = { compare: 1, merge: 5, sort: 0 };

/** What a step does, in order. */
export function comparatorsOf({ kind, first, gap }: Step): Comparator[] {
  return comparators[kind].map(([a, b]) => [first + a * gap, first + b * gap]);
}

/** Sorts n places. */
export function sortingNetwork(places: number): Step[] {
  return networkFor(Array.from({ length: places }, (_, place) => place));
}

/**
 * Brings the values of ranks from <= k < to to these places, in whatever order among themselves, the lower ones
 * before and the higher ones behind.
 */
export function selectionNetwork(places: number, from: number, to: number): Step[] {
  return networkFor(Array.from({ length: places }, (_, place) => (place < from ? 0 : place < to ? 1 : 2)));
}

/**
 * The part of the sorting network that is needed when places of one class may exchange their values in the end.
 *
 * Backwards: two places of one class need not be compared; those that are compared are told apart from then on.
 */
function networkFor(classes: readonly number[]): Step[] {
  const places = classes.length;
  const current = [...classes];
  let fresh = places + 3;
  const steps: Step[] = [];
  for (const step of batcher(places).reverse()) {
    const needed = comparatorsOf(step)
      .reverse()
      .filter(([a, b]) => {
        if (b >= places || current[a] === current[b]) return false;
        current[a] = fresh++;
        current[b] = fresh++;
        return true;
      });
    if (needed.length >= worthwhile[step.kind]) steps.push(step);
    else steps.push(...needed.map(([a, b]): Step => ({ kind: "compare", first: a, gap: b - a })));
  }
  return steps.reverse();
}

/**
 * Batcher's odd-even merge sort (Batcher 1968; Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M), for any
 * number of places. The first three rounds of a merge stay among eight places each.
 */
function batcher(places: number): Step[] {
  const steps: Step[] = [];
  for (let first = 0; first < places; first += 8) steps.push({ kind: "sort", first, gap: 1 });
  for (let half = 8; half < places; half *= 2) {
    for (let block = 0; block + half < places; block += 2 * half) {
      const gap = half / 4;
      for (let first = block; first < block + gap; first++) steps.push({ kind: "merge", first, gap });
      for (let distance = gap / 2; distance >= 1; distance /= 2) {
        for (let start = block + distance; start < block + 2 * half - distance; start += 2 * distance) {
          for (let first = start; first < start + distance; first++) {
            steps.push({ kind: "compare", first, gap: distance });
          }
        }
      }
    }
  }
  return steps;
}

/** Two places: the lower value goes to the first, the higher one to the second, which lies behind it. */
export type Comparator = readonly [number, number];

/**
 * Batcher's odd-even merge sort for any number of places (Batcher 1968; Knuth, The Art of Computer Programming 3,
 * 5.2.2, algorithm M): comparators in the order in which they are to be done.
 */
export function sortingNetwork(places: number): Comparator[] {
  const network: Comparator[] = [];
  for (let sorted = 1; sorted < places; sorted *= 2) {
    for (let distance = sorted; distance >= 1; distance /= 2) {
      for (let start = distance % sorted; start + distance < places; start += 2 * distance) {
        for (let a = start; a < Math.min(start + distance, places - distance); a++) {
          const b = a + distance;
          const samePair = Math.floor(a / (2 * sorted)) === Math.floor(b / (2 * sorted));
          if (samePair) network.push([a, b]);
        }
      }
    }
  }
  return network;
}

/**
 * The part of a sorting network that brings the values of ranks from <= k < to to these places, in whatever order
 * among themselves, the lower ones before and the higher ones behind.
 */
export function selectionNetwork(places: number, from: number, to: number): Comparator[] {
  // Backwards: two places of one class need not be compared; those compared are told apart from then on.
  const classes: number[] = Array.from({ length: places }, (_, k) => (k < from ? -1 : k < to ? 0 : 1));
  let fresh = 2;
  const kept = sortingNetwork(places)
    .reverse()
    .filter(([a, b]) => {
      if (classes[a] === classes[b]) return false;
      classes[a] = fresh++;
      classes[b] = fresh++;
      return true;
    });
  return kept.reverse();
}

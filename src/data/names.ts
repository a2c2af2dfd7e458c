/**
 * Distinct names in a fixed order that no locale changes: by value if all are whole numbers, otherwise by
 * UTF-16 code units.
 */
export function sortedNames(names: Iterable<string>): string[] {
  const list = [...names];
  return list.every((name) => /^[+-]?\d+$/.test(name))
    ? list.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : list.sort();
}

/**
 * The candidate closest to a misspelt word by edit distance (Levenshtein 1966), ignoring case; undefined if
 * none is within a third of the word's length, at least 2.
 */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}

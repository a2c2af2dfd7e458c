// Random words as elements of the field of p = 2^31 - 1, added to a vector of them.

/**
 * vector[i] += (words[i] & p) ^ flip, where flip is 0, or p for the negative. `width` is a multiple of 16. Says whether
 * some words[i] & p was p, which stands for 0.
 */
export function add(vector: usize, words: usize, width: usize, flip: i32): bool {
  const flips = i32x4.splat(flip);
  let found = i32x4.splat(0);
  for (const end = vector + 4 * width; vector < end; vector += 64, words += 64) {
    found = addFour(vector, words, flips, found);
    found = addFour(vector + 16, words + 16, flips, found);
    found = addFour(vector + 32, words + 32, flips, found);
    found = addFour(vector + 48, words + 48, flips, found);
  }
  return v128.any_true(found);
}

@inline
function addFour(vector: usize, words: usize, flips: v128, found: v128): v128 {
  const p = i32x4.splat(0x7fffffff);
  const word = v128.and(v128.load(words), p);
  const sum = i32x4.add(v128.load(vector), v128.xor(word, flips));
  // Below 2 p: what is below p wraps around and is not the smaller one.
  v128.store(vector, i32x4.min_u(sum, i32x4.sub(sum, p)));
  return v128.or(found, i32x4.eq(word, p));
}

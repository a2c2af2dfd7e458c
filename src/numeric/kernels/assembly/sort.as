// Sorts the columns of a panel (see ../panel.ts; STRIDE comes from there) by exchanging entries of whole rows, four
// columns at a time, and takes means of sorted columns. A strip is some columns of the panel, given by the address of
// the first; widths are in columns.

/**
 * Floats and signed integers that are ordered alike, -0 below 0: negative floats get the bits of their magnitude
 * flipped. Its own inverse.
 */
@inline
function flip(bits: v128): v128 {
  return v128.xor(bits, i32x4.shr_u(i32x4.shr_s(bits, 31), 1));
}

/** From integers back to the floats of the same order, in place. */
export function restore(strip: usize, rows: usize, width: usize): void {
  for (let row: usize = 0; row < rows; row++, strip += STRIDE) {
    for (let at = strip, end = strip + 4 * width; at < end; at += 16) v128.store(at, flip(v128.load(at)));
  }
}

/**
 * Runs a network: triples of what to do (0 compare, 1 merge, 2 sort), the first row of two or eight and the gap
 * from one to the next, the latter two in bytes. What is sorted, which comes first, is floats and becomes integers
 * of the same order. `width` is a multiple of 16.
 */
export function runNetwork(strip: usize, width: usize, network: usize, end: usize): void {
  for (; network < end; network += 12) {
    const kind = load<u32>(network);
    const at = strip + load<u32>(network, 4);
    const gap: usize = load<u32>(network, 8);
    if (kind === 0) compare(at, gap, width);
    else if (kind === 1) sortEight(true, at, gap, width);
    else sortEight(false, at, gap, width);
  }
}

@inline
function compare(a: usize, gap: usize, width: usize): void {
  let b = a + gap;
  for (const last = a + 4 * width; a < last; a += 64, b += 64) {
    compareFour(a, b);
    compareFour(a + 16, b + 16);
    compareFour(a + 32, b + 32);
    compareFour(a + 48, b + 48);
  }
}

@inline
function compareFour(a: usize, b: usize): void {
  const x = v128.load(a);
  const y = v128.load(b);
  v128.store(a, i32x4.min_s(x, y));
  v128.store(b, i32x4.max_s(x, y));
}

/** Eight rows in registers: loaded and stored once for nine comparators, or for nineteen on what were floats. */
@inline
function sortEight(mergeOnly: bool, row0: usize, gap: usize, width: usize): void {
  let row1 = row0 + gap;
  let row2 = row1 + gap;
  let row3 = row2 + gap;
  let row4 = row3 + gap;
  let row5 = row4 + gap;
  let row6 = row5 + gap;
  let row7 = row6 + gap;
  for (const last = row0 + 4 * width; row0 < last; ) {
    let a = v128.load(row0);
    let b = v128.load(row1);
    let c = v128.load(row2);
    let d = v128.load(row3);
    let e = v128.load(row4);
    let f = v128.load(row5);
    let g = v128.load(row6);
    let h = v128.load(row7);
    let low = a;
    if (!mergeOnly) {
      a = flip(a), b = flip(b), c = flip(c), d = flip(d), e = flip(e), f = flip(f), g = flip(g), h = flip(h);
      low = i32x4.min_s(a, b), b = i32x4.max_s(a, b), a = low;
      low = i32x4.min_s(c, d), d = i32x4.max_s(c, d), c = low;
      low = i32x4.min_s(a, c), c = i32x4.max_s(a, c), a = low;
      low = i32x4.min_s(b, d), d = i32x4.max_s(b, d), b = low;
      low = i32x4.min_s(b, c), c = i32x4.max_s(b, c), b = low;
      low = i32x4.min_s(e, f), f = i32x4.max_s(e, f), e = low;
      low = i32x4.min_s(g, h), h = i32x4.max_s(g, h), g = low;
      low = i32x4.min_s(e, g), g = i32x4.max_s(e, g), e = low;
      low = i32x4.min_s(f, h), h = i32x4.max_s(f, h), f = low;
      low = i32x4.min_s(f, g), g = i32x4.max_s(f, g), f = low;
    }
    low = i32x4.min_s(a, e), e = i32x4.max_s(a, e), a = low;
    low = i32x4.min_s(b, f), f = i32x4.max_s(b, f), b = low;
    low = i32x4.min_s(c, g), g = i32x4.max_s(c, g), c = low;
    low = i32x4.min_s(d, h), h = i32x4.max_s(d, h), d = low;
    low = i32x4.min_s(c, e), e = i32x4.max_s(c, e), c = low;
    low = i32x4.min_s(d, f), f = i32x4.max_s(d, f), d = low;
    low = i32x4.min_s(b, c), c = i32x4.max_s(b, c), b = low;
    low = i32x4.min_s(d, e), e = i32x4.max_s(d, e), d = low;
    low = i32x4.min_s(f, g), g = i32x4.max_s(f, g), f = low;
    v128.store(row0, a);
    v128.store(row1, b);
    v128.store(row2, c);
    v128.store(row3, d);
    v128.store(row4, e);
    v128.store(row5, f);
    v128.store(row6, g);
    v128.store(row7, h);
    row0 += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
    row4 += 16;
    row5 += 16;
    row6 += 16;
    row7 += 16;
  }
}

/** Of sorted integers: the mean over `count` rows from `strip` on, as floats. `width` is a multiple of 4. */
export function meanOfRows(strip: usize, count: usize, width: usize, out: usize): void {
  const counts = f64x2.splat(<f64>count);
  for (const end = strip + 4 * width; strip < end; strip += 16, out += 16) {
    let low = f64x2.splat(0);
    let high = low;
    for (let at = strip, last = strip + count * STRIDE; at < last; at += STRIDE) {
      const values = flip(v128.load(at));
      low = f64x2.add(low, f64x2.promote_low_f32x4(values));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(values, values, 2, 3, 0, 1)));
    }
    low = f32x4.demote_f64x2_zero(f64x2.div(low, counts));
    high = f32x4.demote_f64x2_zero(f64x2.div(high, counts));
    v128.store(out, v128.shuffle<i64>(low, high, 0, 2));
  }
}

/**
 * Of sorted floats: the mean of the `count` values closest to the median, the lower one of two as far. These are
 * `count` neighbours; a value leaves at the lower end of their window for one at the upper end that is closer, and
 * whether it does can be asked of every place at once. `width` is a multiple of 2.
 */
export function meanNearMedian(strip: usize, rows: usize, count: usize, width: usize, out: usize): void {
  const counts = f64x2.splat(<f64>count);
  const places = rows - count;
  for (const end = strip + 4 * width; strip < end; strip += 8, out += 8) {
    const twice = f64x2.add(pair(strip + ((rows - 1) >> 1) * STRIDE), pair(strip + (rows >> 1) * STRIDE));
    let sum = f64x2.splat(0);
    let at = strip;
    for (let k: usize = 0; k < rows; k++, at += STRIDE) {
      let value = pair(at);
      if (k < places) value = v128.andnot(value, leaves(at, count, twice));
      if (k >= count) value = v128.and(value, leaves(at - count * STRIDE, count, twice));
      sum = f64x2.add(sum, value);
    }
    v128.store64_lane(out, f32x4.demote_f64x2_zero(f64x2.div(sum, counts)), 0);
  }
}

/** Whether the value at `at` is farther from the median than the one `count` rows above. */
@inline
function leaves(at: usize, count: usize, twice: v128): v128 {
  return f64x2.lt(f64x2.add(pair(at), pair(at + count * STRIDE)), twice);
}

@inline
function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// Inner products and squared distances of the rows of the panel that the memory begins with (see ../panel.ts; STRIDE
// comes from there), by tiles of 3 x 3 pairs: nine sums, three entries of one row triple and one of the other fit the
// sixteen registers of x64. Each pair has four sums of 32-bit floats, one a lane, joined and added to doubles at the
// end of the panel, so its bits depend on nothing but its two rows.

/** Subtracts row 0 from the others. Row 0 becomes zero by being subtracted last from itself. */
export function center(rows: usize, width: usize): void {
  for (let row = rows; row-- > 0; ) {
    let at = row * STRIDE;
    const end = at + 4 * width;
    for (let reference: usize = 0; at < end; at += 16, reference += 16) {
      v128.store(at, f32x4.sub(v128.load(at), v128.load(reference)));
    }
  }
}

/** Multiplies all rows by a power of two. */
export function scale(rows: usize, width: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (let row: usize = 0; row < rows; row++) {
    let at = row * STRIDE;
    for (const end = at + 4 * width; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), factors));
  }
}

/**
 * Adds to sums[i * rows + j] the inner products of rows i <= j; `rows` is a multiple of 3. Below the diagonal
 * `sums` holds nothing of use.
 */
export function products(rows: usize, width: usize, sums: usize): void {
  for (let i: usize = 0; i < rows; i += 3) {
    for (let j = i; j < rows; j += 3) {
      tile(true, i * STRIDE, j * STRIDE, width, sums + 8 * (i * rows + j), 8 * rows);
    }
  }
}

/** The same for the squared distances of the rows, in those tiles only whose byte (in the same order) is set. */
export function differences(rows: usize, width: usize, sums: usize, marks: usize): void {
  for (let i: usize = 0; i < rows; i += 3) {
    for (let j = i; j < rows; j += 3) {
      if (load<u8>(marks++) === 0) continue;
      tile(false, i * STRIDE, j * STRIDE, width, sums + 8 * (i * rows + j), 8 * rows);
    }
  }
}

@inline
function tile(multiply: bool, a: usize, b: usize, width: usize, sums: usize, line: usize): void {
  const zero = f32x4.splat(0);
  let s00 = zero;
  let s01 = zero;
  let s02 = zero;
  let s10 = zero;
  let s11 = zero;
  let s12 = zero;
  let s20 = zero;
  let s21 = zero;
  let s22 = zero;
  for (const end = a + 4 * width; a < end; a += 16, b += 16) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, STRIDE);
    const b2 = v128.load(b, 2 * STRIDE);
    const a0 = v128.load(a);
    s00 = f32x4.add(s00, term(multiply, a0, b0));
    s01 = f32x4.add(s01, term(multiply, a0, b1));
    s02 = f32x4.add(s02, term(multiply, a0, b2));
    const a1 = v128.load(a, STRIDE);
    s10 = f32x4.add(s10, term(multiply, a1, b0));
    s11 = f32x4.add(s11, term(multiply, a1, b1));
    s12 = f32x4.add(s12, term(multiply, a1, b2));
    const a2 = v128.load(a, 2 * STRIDE);
    s20 = f32x4.add(s20, term(multiply, a2, b0));
    s21 = f32x4.add(s21, term(multiply, a2, b1));
    s22 = f32x4.add(s22, term(multiply, a2, b2));
  }
  add(sums, s00);
  add(sums + 8, s01);
  add(sums + 16, s02);
  sums += line;
  add(sums, s10);
  add(sums + 8, s11);
  add(sums + 16, s12);
  sums += line;
  add(sums, s20);
  add(sums + 8, s21);
  add(sums + 16, s22);
}

@inline
function term(multiply: bool, a: v128, b: v128): v128 {
  if (multiply) return f32x4.mul(a, b);
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}

/** Adds (lane 0 + lane 2) + (lane 1 + lane 3), in doubles. */
function add(at: usize, lanes: v128): void {
  const upper = f64x2.promote_low_f32x4(v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  const pairs = f64x2.add(f64x2.promote_low_f32x4(lanes), upper);
  f64.store(at, f64.load(at) + (f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1)));
}

// A small matrix times the rows of the panel that the memory begins with (see ../panel.ts; STRIDE comes from there), in
// the field of p = 2^31 - 1. Products of two elements are below 2^62: four of them, and what is left of those before,
// fit 64 bits. After every four, what lies above the lower 31 bits is added to these, for 2^31 is 1 in this field.

/**
 * Row j of the output, behind the rows of the input, becomes the sum of coefficients[j * inputs + i] times row i.
 * `inputs` is a multiple of 4, `outputs` one of 2; `coefficients` is the address of 32-bit integers.
 */
export function multiply(inputs: usize, outputs: usize, width: usize, coefficients: usize): void {
  let out = inputs * STRIDE;
  for (let j: usize = 0; j < outputs; j += 2, out += 2 * STRIDE, coefficients += 8 * inputs) {
    for (let at: usize = 0; at < 4 * width; at += 32) tile(at, inputs * STRIDE, coefficients, 4 * inputs, out + at);
  }
}

/** Eight columns of two rows of the output: eight sums of two lanes. */
@inline
function tile(x: usize, end: usize, c: usize, line: usize, out: usize): void {
  let a0 = i64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (end += x; x < end; x += 4 * STRIDE, c += 16) {
    for (let i: usize = 0; i < 4; i++) {
      const low = v128.load(x + i * STRIDE);
      const high = v128.load(x + i * STRIDE, 16);
      const a = v128.load_splat<u32>(c + 4 * i);
      a0 = i64x2.add(a0, i64x2.extmul_low_i32x4_u(low, a));
      a1 = i64x2.add(a1, i64x2.extmul_high_i32x4_u(low, a));
      a2 = i64x2.add(a2, i64x2.extmul_low_i32x4_u(high, a));
      a3 = i64x2.add(a3, i64x2.extmul_high_i32x4_u(high, a));
      const b = v128.load_splat<u32>(c + line + 4 * i);
      b0 = i64x2.add(b0, i64x2.extmul_low_i32x4_u(low, b));
      b1 = i64x2.add(b1, i64x2.extmul_high_i32x4_u(low, b));
      b2 = i64x2.add(b2, i64x2.extmul_low_i32x4_u(high, b));
      b3 = i64x2.add(b3, i64x2.extmul_high_i32x4_u(high, b));
    }
    a0 = fold(a0);
    a1 = fold(a1);
    a2 = fold(a2);
    a3 = fold(a3);
    b0 = fold(b0);
    b1 = fold(b1);
    b2 = fold(b2);
    b3 = fold(b3);
  }
  v128.store(out, reduced(a0, a1));
  v128.store(out, reduced(a2, a3), 16);
  v128.store(out, reduced(b0, b1), STRIDE);
  v128.store(out, reduced(b2, b3), STRIDE + 16);
}

/** From below 2^64 to below 2^34. */
@inline
function fold(sums: v128): v128 {
  return i64x2.add(v128.and(sums, i64x2.splat(0x7fffffff)), i64x2.shr_u(sums, 31));
}

/** Four folded sums as elements of the field. */
@inline
function reduced(first: v128, second: v128): v128 {
  const joined = v128.shuffle<i32>(fold(first), fold(second), 0, 2, 4, 6);
  // At most p + 7: what is below p wraps around and is not the smaller one.
  return i32x4.min_u(joined, i32x4.sub(joined, i32x4.splat(0x7fffffff)));
}

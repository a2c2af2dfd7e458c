import type { Matrix, PrimeField } from "./gf.ts";

/**
 * How many dimensions of what it may not know a coalition learns, exactly. It sees A x + B z, of inputs x and uniform
 * noise z, and may know S x. Combinations y of what it sees are free of noise where y B = 0, and any other is uniform;
 * so what it learns is Y A x, Y a basis of those y, and what leaks is what of Y A the rows of S do not span.
 *
 * @param view.inputs A, a row for each symbol seen, a column for each input
 * @param view.noise B, as many rows, a column for each noise symbol
 * @param allowed S, a row for each thing that may be known, a column for each input
 */
export function leakedDimensions(
  field: PrimeField,
  view: { readonly inputs: Matrix; readonly noise: Matrix },
  allowed: Matrix,
): number {
  const learned = field.product(field.leftNullSpace(view.noise), view.inputs);
  return field.rank([...allowed, ...learned]) - field.rank(allowed);
}

/** Apart from `parameters.ts`, so that worker threads, which use this, never load jax-js. */
import { InputError } from "../errors.ts";
import type { ParameterLayout } from "./layout.ts";

/**
 * Views of a flat vector, one per slice of the layout; nothing is copied.
 *
 * @throws InputError `learn.parameters.length` unless the vector has the layout's length.
 */
export function sliceParameters(layout: ParameterLayout, parameters: Float32Array): Float32Array[] {
  checkLength(layout, parameters);
  return layout.slices.map(({ offset, length }) => parameters.subarray(offset, offset + length));
}

/** @throws InputError `learn.parameters.length` unless the vector has the layout's length. */
export function checkLength(layout: ParameterLayout, vector: Float32Array): void {
  if (vector.length === layout.length) return;
  throw new InputError(
    "learn.parameters.length",
    `The model has ${layout.length} parameters but the vector given has ${vector.length}; was it made by another task?`,
  );
}

/**
 * Where each named parameter lies in the flat vector. Everything between training and the network is one
 * `Float32Array`; only `learn/` and exported files know the names.
 */
export interface ParameterSlice {
  /** Path in the parameter tree, joined by dots: `dense1.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** First entry in the flat vector. */
  readonly offset: number;
  readonly length: number;
}

export interface ParameterLayout {
  readonly slices: readonly ParameterSlice[];
  /** Length d of the flat vector. */
  readonly length: number;
}

/**
 * What the server does with the combined update of a round. The mean update D = mean(y_k - x) plays the part
 * of a negative gradient (Reddi et al. 2021, "Adaptive Federated Optimization").
 */
export interface ServerOptimizer {
  readonly kind: string;
  /** Vectors of state for a model of d parameters, before the first round. */
  start(dimension: number): Float32Array[];
  /** New model and state; its arguments stay untouched. `share` is the part of all clients that contributed. */
  apply(round: {
    readonly model: Float32Array;
    readonly update: Float32Array;
    readonly state: readonly Float32Array[];
    readonly share: number;
  }): { model: Float32Array; state: Float32Array[] };
}

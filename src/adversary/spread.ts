/** Mean and standard deviation of each coordinate over some vectors: the cloud in which careful attacks hide. */
export interface Spread {
  /** Length d. */
  readonly mean: Float64Array;
  /** Length d. */
  readonly deviation: Float64Array;
}

/** What is subtracted from the count before dividing: 0 for the population's deviation, 1 for the sample's. */
export type DegreesLost = 0 | 1;

/**
 * The spread of n >= 1 vectors of equal length. A single vector has no deviation: zeros.
 * Cost: two passes over the vectors, sums in doubles.
 */
export function spreadOf(rows: readonly Float32Array[], ddof: DegreesLost): Spread {
  const mean = meanOf(rows);
  const deviation = new Float64Array(mean.length);
  for (const row of rows) {
    for (let j = 0; j < row.length; j++) deviation[j] += (row[j] - mean[j]) ** 2;
  }
  const count = Math.max(1, rows.length - ddof);
  for (let j = 0; j < deviation.length; j++) deviation[j] = Math.sqrt(deviation[j] / count);
  return { mean, deviation };
}

/** The mean of n >= 1 vectors of equal length, in doubles. */
export function meanOf(rows: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(rows[0].length);
  for (const row of rows) {
    for (let j = 0; j < row.length; j++) mean[j] += row[j];
  }
  for (let j = 0; j < mean.length; j++) mean[j] /= rows.length;
  return mean;
}

/**
 * A vector, each coordinate moved into [mean - z deviation, mean + z deviation]: how a backdoored vector is made
 * to look like its neighbours (Baruch, Baruch and Goldberg 2019, "Backdooring"). The vector to clip is there
 * (w - v) / rate, where v was trained on triggered examples from where the honest step leads, w - rate * mean.
 *
 * @param z >= 0
 * @example clipToSpread(backdoored, spreadOf(own, 0), 1.5)
 */
export function clipToSpread(vector: Float32Array, { mean, deviation }: Spread, z: number): Float32Array {
  const clipped = new Float32Array(vector.length);
  for (let j = 0; j < clipped.length; j++) {
    const reach = z * deviation[j];
    clipped[j] = Math.min(Math.max(vector[j], mean[j] - reach), mean[j] + reach);
  }
  return clipped;
}

/** start + step * direction, as a vector that can be sent. */
export function along(start: Float64Array, direction: Float64Array, step: number): Float32Array {
  const vector = new Float32Array(start.length);
  for (let j = 0; j < vector.length; j++) vector[j] = start[j] + step * direction[j];
  return vector;
}

/** A vector times a number. */
export function scaled(vector: Float32Array | Float64Array, factor: number): Float32Array {
  const result = new Float32Array(vector.length);
  for (let j = 0; j < result.length; j++) result[j] = factor * vector[j];
  return result;
}

/**
 * The closed form of a client's delay in coded federated learning (Dhakal et al., "Coded Federated Learning",
 * arXiv 2002.09574; Prakash et al., "Coded Computing for Federated Learning at the Edge", arXiv 2007.03273), here
 * with a downlink of fixed duration: T = T_down + w/mu + Exp(rate alpha mu / w) + N tau, N geometric on {1, 2, ...}.
 */
export interface DelayParameters {
  /** Seconds until the model has arrived; >= 0. */
  readonly downlinkSeconds: number;
  /** w > 0, processed by the client. */
  readonly examples: number;
  /** mu > 0. */
  readonly examplesPerSecond: number;
  /** alpha > 0: the mean of the random part of computing is w / (alpha mu). */
  readonly alpha: number;
  /** e in [0, 1): probability that an upload is lost and repeated. */
  readonly erasure: number;
  /** tau > 0: seconds of one transmission. */
  readonly transmissionSeconds: number;
}

/**
 * P(T <= `seconds`): the sum over n of P(N = n) P(Exp <= seconds - T_down - w/mu - n tau), exact up to rounding.
 * Cost: one term per transmission that fits.
 */
export function delayProbability(parameters: DelayParameters, seconds: number): number {
  const { examples, examplesPerSecond, alpha, erasure, transmissionSeconds } = parameters;
  const fixed = parameters.downlinkSeconds + examples / examplesPerSecond;
  const rate = (alpha * examplesPerSecond) / examples;
  let probability = 0;
  let weight = 1 - erasure;
  for (let n = 1; weight > 0 && seconds > fixed + n * transmissionSeconds; n++) {
    probability -= weight * Math.expm1(-rate * (seconds - fixed - n * transmissionSeconds));
    weight *= erasure;
  }
  return probability;
}

/** E[T] = T_down + w/mu (1 + 1/alpha) + tau / (1 - e), in seconds. */
export function meanDelay(parameters: DelayParameters): number {
  const { downlinkSeconds, examples, examplesPerSecond, alpha, erasure, transmissionSeconds } = parameters;
  return (
    downlinkSeconds + (examples / examplesPerSecond) * (1 + 1 / alpha) + transmissionSeconds / (1 - erasure)
  );
}

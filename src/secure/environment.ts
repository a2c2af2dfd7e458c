import type { SimulationRandom } from "../numeric/random.ts";
import type { SecureRandom } from "../numeric/secure-random.ts";
import type { Cryptography } from "./cryptography.ts";

/** What the halves of a secure protocol draw from: secrets (keys, nonces, noise, masks), and stochastic rounding. */
export interface SecureEnvironment {
  readonly secrets: SecureRandom;
  readonly rounding: SimulationRandom;
  /** In JavaScript when absent. */
  readonly cryptography?: Cryptography;
}

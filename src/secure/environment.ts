import type { SimulationRandom } from "../numeric/random.ts";
import type { SecureRandom } from "../numeric/secure-random.ts";
import type { KeyAgreement } from "./key-agreement.ts";

/** What the halves of a secure protocol draw from: secrets (keys, nonces, noise, masks), and stochastic rounding. */
export interface SecureEnvironment {
  readonly secrets: SecureRandom;
  readonly rounding: SimulationRandom;
  /** How keys are agreed on; in JavaScript when absent. */
  readonly agreement?: KeyAgreement;
}

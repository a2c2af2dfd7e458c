/** `coterie/privacy`: noise that hides one client in a sum, and what releases of such sums cost. */
export { clipToNorm } from "./clip-to-norm.ts";
export { epsilonOf, gaussianCurve, noiseFor, ORDERS, type RenyiCurve } from "./renyi.ts";
export { roundedSensitivity, type Sensitivity, skellamCurve } from "./skellam-accounting.ts";
export { skellamNoise } from "./skellam-noise.ts";

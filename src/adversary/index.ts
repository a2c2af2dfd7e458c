/** `coterie/adversary`: what Byzantine clients send, and the data that they train on. */
export type { Attack, Forgery, View, ViewKind } from "./attack.ts";
export { type AlieOptions, alie, alieAttack, alieZMax } from "./attacks/alie.ts";
export { constant, constantAttack } from "./attacks/constant.ts";
export { type GaussianNoiseOptions, gaussianNoise, gaussianNoiseAttack } from "./attacks/gaussian-noise.ts";
export { type InnerProductOptions, innerProduct, innerProductAttack } from "./attacks/inner-product.ts";
export { type MimicOptions, type MimicState, mimic, mimicAttack } from "./attacks/mimic.ts";
export { type MinMaxOptions, minMax, minMaxAttack } from "./attacks/min-max.ts";
export { type MinSumOptions, minSum, minSumAttack } from "./attacks/min-sum.ts";
export {
  type ModelReplacementOptions,
  modelReplacement,
  modelReplacementAttack,
} from "./attacks/model-replacement.ts";
export { type OptimisedOptions, optimised, optimisedAttack } from "./attacks/optimised.ts";
export { type SignFlipOptions, signFlip, signFlipAttack } from "./attacks/sign-flip.ts";
export { flipLabels, type LabelFlip } from "./data/label-flip.ts";
export { type Pattern, patterned, patternedTest, sampleTrigger } from "./data/triggers.ts";
export type { Perturbation } from "./perturbation.ts";
export { clipToSpread, type DegreesLost, type Spread, spreadOf } from "./spread.ts";

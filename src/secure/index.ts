/** `coterie/secure`: sums that nobody sees the parts of. The protocols plug into rounds as `coterie/federated` runs them. */
export * as field31 from "../numeric/field31.ts";
export { SecureRandom } from "../numeric/secure-random.ts";
export { acrossGroups, type GroupsOptions } from "./across-groups.ts";
export {
  decodeSum,
  encodeContribution,
  type NoiseOptions,
  type SumOptions,
  type SumSettings,
  scaleOf,
  sumSettings,
} from "./contribution.ts";
export type { SecureEnvironment } from "./environment.ts";
export {
  type LightSecAggLoads,
  type LightSecAggRound,
  lightSecAggLoads,
} from "./lightsecagg/counters.ts";
export { lightSecAgg, lightSecAgg as LightSecAgg } from "./lightsecagg/lightsecagg.ts";
export type { LightSecAggOptions } from "./lightsecagg/plan.ts";
export { dequantise, largestScale, type QuantiseOptions, quantise } from "./quantise.ts";
export { joinPieces, type RampCode, type RampCodeOptions, rampCode, splitIntoPieces } from "./ramp-code.ts";
export { SealedChannels } from "./sealed-channels.ts";
export type { SecAggPlusOptions } from "./secagg-plus/plan.ts";
export { secAggPlus, secAggPlus as SecAggPlus } from "./secagg-plus/secagg-plus.ts";
export { type SecEaLoads, type SecEaSizes, secEaLoads } from "./secea/counters.ts";
export { secEa, secEa as SecEa } from "./secea/secea.ts";
export type { SecEaSettings } from "./secea/settings.ts";
export { planShape, type SecEaOptions, type Shape } from "./secea/shape.ts";
export { type SwiftAggPlusLoads, swiftAggPlusLoads } from "./swiftagg-plus/counters.ts";
export { type Layout, planLayout } from "./swiftagg-plus/layout.ts";
export type { SwiftAggPlusOptions } from "./swiftagg-plus/options.ts";
export { swiftAggPlus, swiftAggPlus as SwiftAggPlus } from "./swiftagg-plus/swiftagg-plus.ts";

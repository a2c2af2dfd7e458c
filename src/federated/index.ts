/** `coterie/federated`: horizontal rounds, their protocols and server optimisers. */
export { type ClientPlan, FederatedClient } from "./client.ts";
export { scaffoldCorrection, scaffoldUpdate } from "./control-variates.ts";
export type { Job, JobResult } from "./jobs.ts";
export type {
  ClientContribution,
  ClientHalf,
  Cohort,
  Combined,
  ContributionMetrics,
  Outgoing,
  Protocol,
  ServerHalf,
  ServerStep,
  Step,
} from "./protocol.ts";
export { type PlainOptions, plain } from "./protocols/plain.ts";
export { FederatedServer, type ServerPlan } from "./server.ts";
export { type AdaptiveOptions, serverAdaptive } from "./server-optimizers/adaptive.ts";
export { serverMomentum } from "./server-optimizers/momentum.ts";
export { serverScaffold } from "./server-optimizers/scaffold.ts";
export type { ServerOptimizer } from "./server-optimizers/server-optimizer.ts";

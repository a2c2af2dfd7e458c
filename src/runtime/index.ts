/** `coterie/runtime`: parties, messages, the wire format, and the fabrics that carry them. */
export type { Clock } from "./host/clock.ts";
export { Host, type HostOptions } from "./host/host.ts";
export type { Json, Message, Tensor } from "./message.ts";
export { delayProbability, meanDelay } from "./network/arrival-probability.ts";
export { createNetwork, type Network } from "./network/network.ts";
export type { ComputeSpec, FaultSpec, LinkSpec, NetworkSpec } from "./network/spec.ts";
export type { Effect, Input, Party, PartyId } from "./party.ts";
export {
  type SimulatedEvent,
  Simulation,
  type SimulationOptions,
  type SimulationState,
} from "./simulation/simulation.ts";
export { decodeMessage, encodeMessage, type FrameLimits } from "./wire/frame.ts";
export { FrameError } from "./wire/frame-error.ts";
export { decodeSafetensors, encodeSafetensors } from "./wire/safetensors.ts";

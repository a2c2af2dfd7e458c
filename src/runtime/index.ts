/** `coterie/runtime`: parties, messages, the wire format, and the fabrics that carry them. */
export type { Clock } from "./host/clock.ts";
export { Host, type HostOptions } from "./host/host.ts";
export type { Json, Message, Tensor } from "./message.ts";
export { delayProbability, meanDelay } from "./network/arrival-probability.ts";
export { createNetwork, type Network } from "./network/network.ts";
export type { ComputeSpec, FaultSpec, LinkSpec, NetworkSpec } from "./network/spec.ts";
export type { Effect, Input, Party, PartyId } from "./party.ts";
export type { Connection, ConnectionListener } from "./session/connection.ts";
export { type Farewell, SessionError } from "./session/control.ts";
export { Dial, type DialOptions, type DialStatus } from "./session/dial.ts";
export type { Claim, Welcome } from "./session/handshake.ts";
export { createIdentity, fingerprint, type Identity, shortFingerprint } from "./session/identity.ts";
export { formatJoinLink, type JoinLink, parseJoinLink, websocketUrl } from "./session/join-link.ts";
export { Members } from "./session/members.ts";
export { Reception, type ReceptionLimits, type ReceptionOptions } from "./session/reception.ts";
export { checkTokenProof, issueToken, proveToken } from "./session/token.ts";
export {
  type SimulatedEvent,
  Simulation,
  type SimulationOptions,
  type SimulationState,
} from "./simulation/simulation.ts";
export { decodeMessage, encodeMessage, type FrameLimits } from "./wire/frame.ts";
export { FrameError } from "./wire/frame-error.ts";
export { decodeSafetensors, encodeSafetensors } from "./wire/safetensors.ts";

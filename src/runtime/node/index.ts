/** `coterie/runtime` in Node: the isomorphic door, WebSockets, keys and certificates. */
export * from "../index.ts";
export { type Certificate, developmentCertificate } from "./certificate.ts";
export { type ClaimedIdentity, claimIdentity, serverIdentity } from "./key-store.ts";
export { trustServer } from "./known-servers.ts";
export { systemClock } from "./system-clock.ts";
export { loadCertificate, pinnedConnection } from "./tls.ts";
export { connectWebSocket } from "./websocket-client.ts";
export { acceptWebSockets } from "./websocket-server.ts";

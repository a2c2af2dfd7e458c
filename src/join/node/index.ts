/** `coterie/join` in Node: the isomorphic door, and a client with files of its own. */
export * from "../index.ts";
export { type JoinServerOptions, joinServer } from "./join.ts";
export { readClientData } from "./read-data.ts";

/** `coterie/data` in Node: the isomorphic door, and datasets from files and npm packages. */
export * from "../index.ts";
export { cacheFolder } from "./cache.ts";
export { type LoadOptions, loadDataset } from "./load.ts";

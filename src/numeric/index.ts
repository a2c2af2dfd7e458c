/** `coterie/numeric`: seeded randomness and small numeric helpers. */
export { allFinite } from "./finite.ts";
export { SimulationRandom } from "./random.ts";

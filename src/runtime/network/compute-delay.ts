import type { SimulationRandom } from "../../numeric/random.ts";
import type { ComputeSpec } from "./spec.ts";

/** One draw of the seconds that a client of ordinary speed needs for `examples` processed examples, >= 0. */
export function drawComputeSeconds(spec: ComputeSpec, examples: number, random: SimulationRandom): number {
  switch (spec.kind) {
    case "constant":
      return examples * spec.secondsPerExample;
    case "shifted-exponential": {
      const seconds = examples / spec.examplesPerSecond;
      return seconds + (random.exponential() * seconds) / spec.alpha;
    }
    case "log-normal":
      return examples * spec.medianSecondsPerExample * Math.exp(spec.sigma * random.normal());
  }
}

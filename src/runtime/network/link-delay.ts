import type { SimulationRandom } from "../../numeric/random.ts";
import type { LinkSpec } from "./spec.ts";

/** One draw of the seconds that a link needs for a message of `bytes`, >= 0. */
export function drawLinkSeconds(spec: LinkSpec, bytes: number, random: SimulationRandom): number {
  const latency = spec.latency ?? 0;
  switch (spec.kind) {
    case "constant":
      return latency + bytes / spec.bytesPerSecond;
    case "erasure":
      return latency + (drawTransmissions(spec.erasure, random) * bytes) / spec.bytesPerSecond;
    case "log-normal":
      return latency + bytes / (spec.medianBytesPerSecond * Math.exp(spec.sigma * random.normal()));
  }
}

/** Transmissions until the first that is not erased: geometric on {1, 2, ...} with success 1 - `erasure`. */
function drawTransmissions(erasure: number, random: SimulationRandom): number {
  return erasure === 0 ? 1 : 1 + Math.floor(-random.exponential() / Math.log(erasure));
}

import { sha256 } from "@noble/hashes/sha2.js";
import { encodeRoster, type Roster } from "../roster.ts";
import type { Layout } from "./layout.ts";
import { KIND } from "./messages.ts";
import type { SwiftAggPlusOptions } from "./options.ts";

const encoder = new TextEncoder();

/** A hash of what all parties must agree on from the plan on; clients that were told other options find out by it. */
export function planDigest(
  roster: Roster,
  layout: Layout,
  { basis = "lagrange", sum }: SwiftAggPlusOptions,
  { round, attempt, symbols }: { readonly round: number; readonly attempt: number; readonly symbols: number },
): Uint8Array {
  const { names, keys } = encodeRoster(roster);
  const settings = [sum.bound, sum.weights, sum.mostExamples, sum.noise?.clip, sum.noise?.multiplier];
  const rest = JSON.stringify([KIND, round, attempt, symbols, layout, basis, settings]);
  return sha256(Uint8Array.from([...sha256(encoder.encode(rest)), ...sha256(names), ...sha256(keys)]));
}

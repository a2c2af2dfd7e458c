/**
 * A million hostile frames: damaged ones for the codec, damaged conversations for the session. What is not refused
 * with a code, or is believed although nobody said it, ends the bench.
 */
import { type BenchOptions, type BenchResult, type BenchRow, machine } from "./harness.ts";
import { inChild, type WithMemory } from "./parts/child.ts";
import type { FuzzCase, FuzzResult } from "./parts/fuzz-run.ts";

export default async function fuzz(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const seed = Math.floor(Math.random() * 2 ** 31);
  log(`seed ${seed}`);
  const script = new URL("./parts/fuzz-run.ts", import.meta.url);
  const each: FuzzCase = quick
    ? { seed, frames: 2000, sessions: 20 }
    : { seed, frames: 1_000_000, sessions: 10_000 };
  const result = await inChild<FuzzCase, FuzzResult & WithMemory>(script, each);
  const rows: BenchRow[] = [
    { case: `${each.frames} damaged frames`, ours: result.framesPerSecond, unit: "frames/s" },
    {
      case: `${result.pieces} pieces of damaged conversations`,
      ours: result.piecesPerSecond,
      unit: "pieces/s",
    },
    { case: "peak memory", ours: result.peakMemoryBytes / 2 ** 20, unit: "MiB" },
    ...result.refused.map(([code, times]) => ({ case: code, ours: times, unit: "times" })),
  ];
  for (const row of rows) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  return { bench: "fuzz", machine: machine(), rows };
}

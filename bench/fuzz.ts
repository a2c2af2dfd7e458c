/**
 * A million hostile frames: damaged ones for the codec, damaged control messages for their parser, damaged
 * conversations for sessions and for the reception. What is not refused with a code, or is believed although nobody
 * said it, ends the bench with the seed that shows it.
 */
import { type BenchOptions, type BenchResult, type BenchRow, machine } from "./harness.ts";
import { inChild, type WithMemory } from "./parts/child.ts";
import type { FuzzCase, FuzzResult } from "./parts/fuzz-run.ts";

const SIZES = { frames: 1_000_000, controls: 200_000, sessions: 10_000, receptions: 300 };
const QUICK_SIZES = { frames: 2000, controls: 1000, sessions: 20, receptions: 2 };

export default async function fuzz(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const seed = Math.floor(Math.random() * 2 ** 31);
  log(`seed ${seed}`);
  const script = new URL("./parts/fuzz-run.ts", import.meta.url);
  const each: FuzzCase = { seed, ...(quick ? QUICK_SIZES : SIZES) };
  const result = await inChild<FuzzCase, FuzzResult & WithMemory>(script, each);
  const rows: BenchRow[] = [
    { case: `${each.frames} damaged frames, seed ${seed}`, ours: result.framesPerSecond, unit: "frames/s" },
    { case: `${each.controls} damaged control messages`, ours: result.controlsPerSecond, unit: "messages/s" },
    {
      case: `${result.pieces} pieces of damaged conversations`,
      ours: result.piecesPerSecond,
      unit: "pieces/s",
    },
    { case: "peak memory", ours: result.peakMemoryBytes / 2 ** 20, unit: "MiB" },
    ...result.tally.map(([code, times]) => ({ case: code, ours: times, unit: "times" })),
  ];
  for (const row of rows) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  return { bench: "fuzz", machine: machine(), rows };
}

/**
 * Registered clients against time and memory: whole runs on MNIST, of which every round asks 20 clients, each run in
 * a process of its own. Memory is to grow with data and model and not with clients times model (10,000 copies of this
 * model would take 3.2 GB), so the larger cases run enough rounds for many different clients to take part.
 */
import { type BenchOptions, type BenchResult, type BenchRow, machine } from "./harness.ts";
import { inChild, type WithMemory } from "./parts/child.ts";
import type { ScaleCase, ScaleResult } from "./parts/scale-run.ts";

const MNIST = { train: 60_000, test: 10_000 };
const CASES: readonly ScaleCase[] = [
  { clients: 10, rounds: 6, ...MNIST },
  { clients: 100, rounds: 20, ...MNIST },
  { clients: 1000, rounds: 100, ...MNIST },
  { clients: 10_000, rounds: 100, ...MNIST },
];
const QUICK_CASES: readonly ScaleCase[] = [
  { clients: 4, rounds: 2, train: 400, test: 100 },
  { clients: 40, rounds: 2, train: 400, test: 100 },
];

export default async function scale(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const script = new URL("./parts/scale-run.ts", import.meta.url);
  const rows: BenchRow[] = [];
  const cases = quick ? QUICK_CASES : CASES;
  let fewest: number | undefined;
  for (const each of cases) {
    const measured = await inChild<ScaleCase, ScaleResult & WithMemory>(script, each);
    const { roundSeconds, examplesPerRound, firstRoundSeconds, participants, peakMemoryBytes } = measured;
    const name = `${each.clients} clients`;
    fewest ??= peakMemoryBytes;
    const added: BenchRow[] = [
      { case: `${name}: round, evaluation on ${each.test} included`, ours: roundSeconds, unit: "s" },
      {
        case: `${name}: the same per example trained on, ${Math.round(examplesPerRound)} a round`,
        ours: (roundSeconds / examplesPerRound) * 1e6,
        unit: "µs",
      },
      { case: `${name}: start to end of the first round`, ours: firstRoundSeconds, unit: "s" },
      {
        case: `${name}: peak memory, ${each.rounds} rounds with ${participants} participants`,
        ours: peakMemoryBytes / 1e6,
        unit: "MB",
        peer: fewest / 1e6,
        peerName: `with ${cases[0].clients} clients`,
        ratio: fewest / peakMemoryBytes,
      },
    ];
    rows.push(...added);
    for (const row of added) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  }
  return { bench: "scale", machine: machine(), rows };
}

/**
 * Robust rules on one thread: milliseconds for one aggregation, against ByzFL on NumPy and on PyTorch (which take the
 * threads they want), and the rate at which the updates are consumed against a plain sum of the same numbers.
 *
 * Entries are normal and nobody attacks. The geometric median makes ByzFL's three iterations. ByzFL has no Bulyan;
 * its place is taken by one of few lines that is built like ByzFL's own rules (bench/peers/byzfl_rules.py).
 */
import { bulyan } from "../src/aggregation/rules/bulyan.ts";
import { geometricMedian } from "../src/aggregation/rules/geometric-median.ts";
import { krum } from "../src/aggregation/rules/krum.ts";
import { median as columnMedian } from "../src/aggregation/rules/median.ts";
import { multiKrum } from "../src/aggregation/rules/multi-krum.ts";
import { trimmedMean } from "../src/aggregation/rules/trimmed-mean.ts";
import { SimulationRandom } from "../src/numeric/random.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, median, takeTurns } from "./harness.ts";
import { type ByzflPeer, openByzfl } from "./peers/byzfl.ts";

interface Shape {
  readonly n: number;
  readonly d: number;
  readonly f: number;
}

const rules = {
  median: (rows, _f) => columnMedian(rows),
  "trimmed-mean": (rows, f) => trimmedMean(rows, { byzantine: f }),
  krum: (rows, f) => krum(rows, { byzantine: f }),
  "multi-krum": (rows, f) => multiKrum(rows, { byzantine: f, variant: "byzfl" }),
  bulyan: (rows, f) => bulyan(rows, { byzantine: f }),
  "geometric-median": (rows, _f) => geometricMedian(rows, { preset: "byzfl" }),
} satisfies Record<string, (rows: readonly Float32Array[], f: number) => Float32Array>;
type RuleName = keyof typeof rules;
const all = Object.keys(rules) as RuleName[];

interface Case extends Shape {
  readonly rules: readonly RuleName[];
  /** Turns against the peers; 0 leaves them out. */
  readonly turns: number;
}

const cases: readonly Case[] = [
  { n: 51, d: 1e6, f: 12, rules: all, turns: 3 },
  { n: 101, d: 1e6, f: 24, rules: all, turns: 1 },
  { n: 200, d: 1e6, f: 49, rules: all, turns: 0 },
  { n: 32, d: 1e7, f: 7, rules: ["median"], turns: 0 },
];
const quickCases: readonly Case[] = [{ n: 11, d: 1e4, f: 2, rules: all, turns: 0 }];

export default async function aggregation(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const rows: BenchRow[] = [];
  await using byzfl = quick ? undefined : await openByzfl();
  for (const one of quick ? quickCases : cases) {
    const updates = noise(one);
    for (const rule of one.rules) {
      const measured = [...(await againstPeers(rule, updates, one, byzfl)), memoryRow(rule, updates, one)];
      rows.push(...measured);
      for (const row of measured) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
    }
  }
  return { bench: "aggregation", machine: machine(), rows };
}

async function againstPeers(
  rule: RuleName,
  updates: readonly Float32Array[],
  { n, d, f, turns }: Case,
  byzfl: ByzflPeer | undefined,
): Promise<BenchRow[]> {
  const name = `${rule}, ${n} updates of ${d}`;
  const ours = async () => milliseconds(() => rules[rule](updates, f));
  const libraries = byzfl && turns > 0 ? (["numpy", "torch"] as const) : [];
  const peers = libraries.map((library) => () => byzfl!.measure(library, rule, { n, d, f }));
  // The first time compiles and makes room.
  await ours();
  const { medians, quotients } = await takeTurns(Math.max(turns, 1), [ours, ...peers]);
  if (libraries.length === 0) return [{ case: name, ours: medians[0], unit: "ms" }];
  return libraries.map((library, k) => ({
    case: `${name} vs ${library}`,
    ours: medians[0],
    unit: "ms",
    peer: medians[1 + k],
    peerName: byzfl!.name(library),
    ratio: quotients[1 + k],
  }));
}

/** How fast the updates are consumed, next to the plainest loop that reads them. */
function memoryRow(rule: RuleName, updates: readonly Float32Array[], { n, d, f }: Shape): BenchRow {
  const bytes = 4 * n * d;
  const turns = [1, 2, 3].map(() => {
    const ours = bytes / 1e6 / milliseconds(() => rules[rule](updates, f));
    const peer = bytes / 1e6 / milliseconds(() => updates.reduce((sum, row) => sum + plainSum(row), 0));
    return { ours, peer, ratio: ours / peer };
  });
  const middle = (key: "ours" | "peer" | "ratio") => median(turns.map((turn) => turn[key]));
  return {
    case: `${rule}, ${n} updates of ${d}: rate`,
    ours: middle("ours"),
    unit: "GB/s",
    peer: middle("peer"),
    peerName: "a plain sum of the same numbers",
    ratio: middle("ratio"),
  };
}

function plainSum(row: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < row.length; i += 4) {
    a += row[i];
    b += row[i + 1];
    c += row[i + 2];
    d += row[i + 3];
  }
  return a + b + c + d;
}

function milliseconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Windows into one row of noise: as good as independent for timing, and quickly made. */
function noise({ n, d }: Shape): Float32Array[] {
  const random = SimulationRandom.fromSeed(1);
  const apart = 1009;
  const source = Float32Array.from({ length: d + n * apart }, () => random.normal());
  return Array.from({ length: n }, (_, i) => source.slice(i * apart, i * apart + d));
}

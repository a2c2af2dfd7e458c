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
import { median } from "../src/aggregation/rules/median.ts";
import { multiKrum } from "../src/aggregation/rules/multi-krum.ts";
import { trimmedMean } from "../src/aggregation/rules/trimmed-mean.ts";
import { SimulationRandom } from "../src/numeric/random.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, takeTurns } from "./harness.ts";
import { type ByzflPeer, openByzfl } from "./peers/byzfl.ts";

interface Shape {
  readonly n: number;
  readonly d: number;
  readonly f: number;
}

const rules = {
  median: (rows, _f) => median(rows),
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
  /** Whether ByzFL is asked too; it takes ten times as long. */
  readonly peers: boolean;
  readonly turns: number;
}

const cases: readonly Case[] = [
  { n: 51, d: 1e6, f: 12, rules: all, peers: true, turns: 3 },
  { n: 101, d: 1e6, f: 24, rules: ["median", "trimmed-mean", "krum", "bulyan"], peers: true, turns: 1 },
  { n: 200, d: 1e6, f: 49, rules: ["median", "krum"], peers: false, turns: 3 },
  { n: 32, d: 1e7, f: 7, rules: ["median"], peers: false, turns: 3 },
];
const quickCases: readonly Case[] = [{ n: 11, d: 1e4, f: 2, rules: all, peers: false, turns: 1 }];

export default async function aggregation(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const rows: BenchRow[] = [];
  await using byzfl = quick ? undefined : await openByzfl();
  for (const one of quick ? quickCases : cases) {
    const updates = noise(one);
    for (const rule of one.rules) {
      const measured = await measure(rule, updates, one, byzfl);
      rows.push(...measured);
      for (const row of measured) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
    }
  }
  return { bench: "aggregation", machine: machine(), rows };
}

async function measure(
  rule: RuleName,
  updates: readonly Float32Array[],
  { n, d, f, peers, turns }: Case,
  byzfl: ByzflPeer | undefined,
): Promise<BenchRow[]> {
  const ours = async () => milliseconds(() => rules[rule](updates, f));
  const sum = async () => milliseconds(() => updates.reduce((total, row) => total + plainSum(row), 0));
  const libraries = byzfl && peers ? (["numpy", "torch"] as const) : [];
  const theirs = libraries.map((library) => () => byzfl!.measure(library, rule, { n, d, f }));
  // The first time compiles and makes room.
  await takeTurns(1, [ours, sum]);
  const { medians, quotients } = await takeTurns(turns, [ours, sum, ...theirs]);
  const name = `${rule}, ${n} updates of ${d}`;
  const rate = (time: number) => (4 * n * d) / time / 1e6;
  const rateRow = {
    case: `${name}: rate`,
    ours: rate(medians[0]),
    unit: "GB/s",
    peer: rate(medians[1]),
    peerName: "a plain sum of the same numbers",
    ratio: quotients[1],
  };
  if (libraries.length === 0) return [{ case: name, ours: medians[0], unit: "ms" }, rateRow];
  const peerRows = libraries.map((library, k) => ({
    case: `${name} vs ${library}`,
    ours: medians[0],
    unit: "ms",
    peer: medians[2 + k],
    peerName: byzfl!.name(library),
    ratio: quotients[2 + k],
  }));
  return [...peerRows, rateRow];
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

/**
 * The coordinator alone: rounds of a model that nobody trains, their bytes against the floor, and the speed of
 * combining updates against a plain loop over memory. Client and server run in one thread, so a round's time holds
 * both sides' work: encoding and decoding every frame, checking every vector, and the sum.
 */
import { meanAggregator } from "../src/aggregation/mean.ts";
import { SimulationRandom } from "../src/numeric/random.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, takeTurns } from "./harness.ts";
import { inChild, type WithMemory } from "./parts/child.ts";
import type { NoOpCase, NoOpResult } from "./parts/no-op-rounds.ts";

const SIZES = [1e4, 1e6, 1e7];
const CLIENTS = [10, 100, 1000];
/** Server to client and back, 4 bytes a parameter each. */
const FLOOR_BYTES = 8;
/** Entries added in one turn of the aggregation measurement, at least. */
const ENTRIES_PER_TURN = 4e7;
const UPDATES = 4;

export default async function coordinator(
  options: BenchOptions & { readonly log?: (line: string) => void } = {},
): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const rows: BenchRow[] = [];
  for (const parameters of quick ? [1000] : SIZES) {
    for (const clients of quick ? [3, 30] : CLIENTS) {
      const measured = await roundRows(parameters, clients, quick ? 0.1 : 3);
      rows.push(...measured);
      for (const row of measured) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
    }
  }
  for (const parameters of quick ? [1000] : SIZES) {
    rows.push(...(await aggregationRows(parameters, quick ? 1e5 : ENTRIES_PER_TURN, quick ? 3 : 9)));
  }
  return { bench: "coordinator", machine: machine(), rows };
}

async function roundRows(parameters: number, clients: number, seconds: number): Promise<BenchRow[]> {
  const script = new URL("./parts/no-op-rounds.ts", import.meta.url);
  const argument: NoOpCase = { parameters, clients, seconds, limit: 20 };
  const measured = await inChild<NoOpCase, NoOpResult & WithMemory>(script, argument);
  const { roundSeconds, rounds, answers, bytesPerClientPerRound, peakMemoryBytes } = measured;
  const name = `${parameters} parameters, ${clients} clients`;
  const cut = rounds === 0 ? ` (one round cut after 20 s, projected from ${answers} answers)` : "";
  const floor = FLOOR_BYTES * parameters;
  return [
    { case: `${name}: rounds${cut}`, ours: 1 / roundSeconds, unit: "rounds/s" },
    {
      case: `${name}: bytes per client and round`,
      ours: bytesPerClientPerRound,
      unit: "bytes",
      peer: floor,
      peerName: "4 bytes a parameter each way",
      ratio: floor / bytesPerClientPerRound,
    },
    { case: `${name}: peak memory`, ours: peakMemoryBytes / 1e6, unit: "MB" },
  ];
}

/** GB of updates consumed per second, by the mean and by the plainest loops over the same updates. */
async function aggregationRows(parameters: number, entries: number, turns: number): Promise<BenchRow[]> {
  const updates = Array.from({ length: UPDATES }, (_, k) => new Float32Array(parameters).fill(k / 8));
  const passes = Math.ceil(entries / parameters / UPDATES);
  const measure = (consume: (update: Float32Array) => void) => async () => {
    const start = performance.now();
    for (let pass = 0; pass < passes; pass++) for (const update of updates) consume(update);
    return (passes * UPDATES * parameters * 4) / 1e6 / (performance.now() - start);
  };
  const collection = meanAggregator.collect(parameters, SimulationRandom.fromSeed(1));
  const accumulator = new Float64Array(parameters);
  const { medians, quotients } = await takeTurns(turns, [
    measure((update) => collection.add({ client: "client", update, weight: 60 })),
    measure((update) => accumulate(accumulator, update)),
    measure((update) => {
      accumulator[0] = total(update);
    }),
  ]);
  const ours = { ours: medians[0], unit: "GB/s" };
  return [
    {
      case: `${parameters} parameters: mean`,
      ...ours,
      peer: medians[1],
      peerName: "loop acc[i] += x[i] into doubles",
      ratio: 1 / quotients[1],
    },
    {
      case: `${parameters} parameters: mean, against reading only`,
      ...ours,
      peer: medians[2],
      peerName: "loop sum += x[i]",
      ratio: 1 / quotients[2],
    },
  ];
}

function accumulate(accumulator: Float64Array, update: Float32Array): void {
  for (let i = 0; i < accumulator.length; i++) accumulator[i] += update[i];
}

function total(update: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < update.length; i++) sum += update[i];
  return sum;
}

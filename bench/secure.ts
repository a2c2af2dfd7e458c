/**
 * Secure aggregation: the field kernel, one aggregation by each protocol against Flower's SecAgg+, the server's
 * reconstruction against our own SecAgg+, and what a secure protocol adds to a whole run.
 *
 * A tenth of the clients may collude with the server, in all protocols, ours and Flower's; as many vanish in the midst of
 * the round as may. Aggregations are timed in processor time, clients and server apart: one round takes a minute, and
 * what else a machine does in a minute would drown what is measured. `end to end` is a client's time and the server's,
 * since clients work side by side. All agreements of keys are in it, though clients that stay keep what they agreed on.
 */
import { planFor } from "../src/secure/secagg-plus/plan.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, takeTurns } from "./harness.ts";
import { inChild } from "./parts/child.ts";
import { kernelRates } from "./parts/secure-kernel.ts";
import {
  aggregateOnce,
  noise,
  type ProtocolName,
  protocols,
  type SecureCase,
  type SecureCosts,
  secAggOptions,
} from "./parts/secure-round.ts";
import type { SecureRunCase, SecureRunResult } from "./parts/secure-run.ts";
import { type FlowerPeer, openFlower } from "./peers/flower.ts";

const all = Object.keys(protocols) as ProtocolName[];
/** A million entries of 200 clients, or more dropouts of them, would take SecAgg+ and key agreement many minutes. */
const CASES: readonly SecureCase[] = [
  { clients: 50, dimension: 1e5, dropout: 0.1 },
  { clients: 50, dimension: 1e5, dropout: 0.3 },
  { clients: 50, dimension: 1e6, dropout: 0.3 },
  { clients: 200, dimension: 1e5, dropout: 0.3 },
];
const QUICK_CASE: SecureCase = { clients: 10, dimension: 1000, dropout: 0.3 };
const SWIFTAGG = ["protocol.kind=swiftagg-plus", "protocol.colluders=4", "protocol.dropouts=3"];
const QUICK_RUN = ["rounds=1", "data.train=400", "data.test=100"];

export default async function secure(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const rows: BenchRow[] = [];
  const add = (more: readonly BenchRow[]) => {
    rows.push(...more);
    for (const row of more) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  };
  await using flower = quick ? undefined : await openFlower();
  add([await kernelRow(quick ? 2 ** 12 : 2 ** 18, quick ? 1 : 9)]);
  // The first rounds compile.
  if (!quick) await aggregationRows(QUICK_CASE, undefined);
  for (const one of quick ? [QUICK_CASE] : CASES) add(await aggregationRows(one, flower));
  add([await recipeRow(quick ? QUICK_RUN : ["rounds=5"], quick ? 1 : 3)]);
  return { bench: "secure", machine: machine(), rows };
}

async function kernelRow(columns: number, turns: number): Promise<BenchRow> {
  const { ours, plain, ratio } = await kernelRates(columns, turns);
  return {
    case: `field kernel, 24 x 16 times 16 x ${columns}`,
    ours,
    unit: "G multiply-adds/s",
    peer: plain,
    peerName: "the plain twin on data in place",
    ratio,
  };
}

async function aggregationRows(one: SecureCase, flower: FlowerPeer | undefined): Promise<BenchRow[]> {
  const { clients, dimension, dropout } = one;
  const update = noise(dimension);
  const costs = all.map((name) => ({ name, cost: aggregateOnce(name, one, update) }));
  const theirs = await flower?.measure(flowerRound(one));
  const secAgg = costs.at(-1)!.cost;
  return costs.flatMap(({ name, cost }) => {
    const title = `${name}, ${clients} clients, ${dimension} entries, ${100 * dropout} % vanish`;
    const rows: BenchRow[] = [
      { case: `${title}: client`, ours: cost.clientMs, unit: "ms" },
      { case: `${title}: server`, ours: cost.serverMs, unit: "ms" },
      { case: `${title}: sent by a client`, ours: cost.clientMB, unit: "MB" },
      { case: `${title}: sent to the server`, ours: cost.serverMB, unit: "MB" },
      reconstructionRow(title, cost, name === "SecAgg+" ? undefined : secAgg),
    ];
    const ours = endToEnd(cost);
    const peer = theirs && endToEnd(theirs);
    const compared = peer === undefined ? {} : { peer, peerName: flower!.name, ratio: peer / ours };
    return [...rows, { case: `${title}: end to end`, ours, unit: "ms", ...compared }];
  });
}

function reconstructionRow(title: string, cost: SecureCosts, secAgg: SecureCosts | undefined): BenchRow {
  const ours = cost.reconstructionMs;
  const row = { case: `${title}: reconstruction at the server`, ours, unit: "ms" };
  if (secAgg === undefined) return row;
  const peer = secAgg.reconstructionMs;
  return { ...row, peer, peerName: "our SecAgg+", ratio: peer / ours };
}

function endToEnd({ clientMs, serverMs }: { clientMs: number; serverMs: number }): number {
  return clientMs + serverMs;
}

/** With the graph and the threshold of our SecAgg+. */
function flowerRound(one: SecureCase) {
  const { clients, dimension, dropout } = one;
  const plan = planFor(clients, secAggOptions(one));
  if (plan instanceof Error) throw plan;
  return { ...plan, dimension, dropped: Math.round(dropout * clients) };
}

async function recipeRow(overrides: readonly string[], turns: number): Promise<BenchRow> {
  const script = new URL("./parts/secure-run.ts", import.meta.url);
  const seconds = async (more: readonly string[]) => {
    const argument = { overrides: [...overrides, ...more] };
    return (await inChild<SecureRunCase, SecureRunResult>(script, argument)).seconds;
  };
  const { medians, quotients } = await takeTurns(turns, [() => seconds(SWIFTAGG), () => seconds([])]);
  return {
    case: `quick start, ${overrides[0]}, SwiftAgg+ of 4 colluders and 3 dropouts`,
    ours: medians[0],
    unit: "s",
    peer: medians[1],
    peerName: "the same in the clear",
    ratio: quotients[1],
  };
}

/**
 * Secure aggregation: the field kernel, one aggregation by each protocol against Flower's SecAgg+, the server's
 * reconstruction against our own SecAgg+, and what a secure protocol adds to a whole run.
 *
 * A tenth of the clients may collude with the server, in all protocols, ours and Flower's; as many vanish in the midst of
 * the round as may. Aggregations are timed in processor time, clients and server apart: a round of all clients in one
 * thread takes up to a minute, and whatever else the machine does in a minute would hide what is measured. `end to end`
 * is a client's time and the server's, since clients work side by side. It is a first round, with all agreements of keys,
 * most of which coded protocols spare afterwards. Keys, seals and keystreams are made by Node's own code.
 */
import { planFor } from "../src/secure/secagg-plus/plan.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, median, takeTurns } from "./harness.ts";
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
interface Case extends SecureCase {
  readonly turns: number;
}

/** Larger ones once: they take a minute or more each. */
const CASES: readonly Case[] = [
  { clients: 50, dimension: 1e5, dropout: 0.1, turns: 3 },
  { clients: 50, dimension: 1e5, dropout: 0.3, turns: 3 },
  { clients: 50, dimension: 1e6, dropout: 0.1, turns: 1 },
  { clients: 50, dimension: 1e6, dropout: 0.3, turns: 1 },
  { clients: 200, dimension: 1e5, dropout: 0.1, turns: 1 },
  { clients: 200, dimension: 1e5, dropout: 0.3, turns: 1 },
  { clients: 200, dimension: 1e6, dropout: 0.1, turns: 1 },
  { clients: 200, dimension: 1e6, dropout: 0.3, turns: 1 },
];
const QUICK_CASE: Case = { clients: 10, dimension: 1000, dropout: 0.3, turns: 1 };
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

async function aggregationRows(one: Case, flower: FlowerPeer | undefined): Promise<BenchRow[]> {
  const { clients, dimension, dropout, turns } = one;
  const update = noise(dimension);
  const costs = all.map((): SecureCosts[] => []);
  const theirs: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    for (const [k, name] of all.entries()) costs[k].push(aggregateOnce(name, one, update));
    if (flower) theirs.push(endToEnd(await flower.measure(flowerRound(one))));
  }
  const pick = (k: number, figure: keyof SecureCosts) => costs[k].map((cost) => cost[figure]);
  const secAgg = pick(all.indexOf("SecAgg+"), "reconstructionMs");
  return all.flatMap((name, k) => {
    const title = `${name}, ${clients} clients, ${dimension} entries, ${100 * dropout} % vanish`;
    const row = (what: string, unit: string, figures: readonly number[]): BenchRow => {
      return { case: `${title}: ${what}`, ours: median(figures), unit };
    };
    const reconstruction = pick(k, "reconstructionMs");
    const reconstructionRow = row("reconstruction at the server", "ms", reconstruction);
    const total = costs[k].map(endToEnd);
    const totalRow = row("end to end", "ms", total);
    return [
      row("client", "ms", pick(k, "clientMs")),
      row("server", "ms", pick(k, "serverMs")),
      row("sent by a client", "MB", pick(k, "clientMB")),
      row("sent to the server", "MB", pick(k, "serverMB")),
      name === "SecAgg+"
        ? reconstructionRow
        : against(reconstructionRow, reconstruction, secAgg, "our SecAgg+"),
      flower ? against(totalRow, total, theirs, flower.name) : totalRow,
    ];
  });
}

/** The row with a peer whose figures were taken in the same turns. */
function against(
  row: BenchRow,
  ours: readonly number[],
  theirs: readonly number[],
  peerName: string,
): BenchRow {
  const quotients = theirs.map((figure, turn) => figure / ours[turn]);
  return { ...row, peer: median(theirs), peerName, ratio: median(quotients) };
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

/**
 * The real fabric on loopback sockets: rounds without training for many clients, bytes there and back against a bare
 * WebSocket, one message beyond 2 GiB, and what a browser tab has to load before its first local step.
 */
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BenchOptions, type BenchResult, type BenchRow, machine, takeTurns } from "./harness.ts";
import { inChild, type WithMemory } from "./parts/child.ts";
import type { EchoCase, EchoResult } from "./parts/fabric-echo.ts";
import type { RoundsCase, RoundsResult } from "./parts/fabric-rounds.ts";
import type { FirstStep } from "./parts/fabric-tab.ts";

const ROUNDS: readonly RoundsCase[] = [
  { parameters: 10, clients: 10, processes: 1, seconds: 5 },
  { parameters: 10, clients: 100, processes: 2, seconds: 5 },
  { parameters: 10, clients: 1000, processes: 3, seconds: 10 },
  { parameters: 1_000_000, clients: 1000, processes: 3, seconds: 5 },
];
const QUICK_ROUNDS: readonly RoundsCase[] = [{ parameters: 10, clients: 4, processes: 1, seconds: 0 }];
const MIB = 2 ** 20;
const ECHO_BYTES = [64 * 1024, 4 * MIB, 64 * MIB];
const BEYOND_2_GIB = 2 ** 31 + 64 * MIB;

export default async function fabric(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, log = () => {} } = options;
  const rows: BenchRow[] = [];
  const add = (added: readonly BenchRow[]) => {
    rows.push(...added);
    for (const row of added) log(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  };
  for (const each of quick ? QUICK_ROUNDS : ROUNDS) add(await roundRows(each));
  for (const bytes of quick ? ECHO_BYTES.slice(0, 1) : ECHO_BYTES) add([await echoRow(bytes, quick)]);
  if (!quick) {
    add([await hugeRow()]);
    add(await tabRows());
  }
  return { bench: "fabric", machine: machine(), rows };
}

async function roundRows(each: RoundsCase): Promise<BenchRow[]> {
  const script = new URL("./parts/fabric-rounds.ts", import.meta.url);
  const measured = await inChild<RoundsCase, RoundsResult & WithMemory>(script, each);
  const { joinSeconds, roundSeconds, answerSeconds, peakMemoryBytes } = measured;
  const name = `${each.clients} clients, ${each.parameters} parameters`;
  return [
    { case: `${name}: rounds`, ours: 1 / roundSeconds, unit: "rounds/s" },
    {
      case: `${name}: from the round's opening to an answer, median`,
      ours: answerSeconds * 1000,
      unit: "ms",
    },
    { case: `${name}: until all had joined`, ours: joinSeconds, unit: "s" },
    { case: `${name}: peak memory of the server`, ours: peakMemoryBytes / MIB, unit: "MiB" },
  ];
}

async function echoRow(bytes: number, quick: boolean): Promise<BenchRow> {
  const script = new URL("./parts/fabric-echo.ts", import.meta.url);
  const seconds = quick ? 0.2 : 2;
  const measure = (over: EchoCase["over"]) => async () =>
    (await inChild<EchoCase, EchoResult>(script, { over, bytes, seconds })).bytesPerSecond / 1e6;
  const { medians, quotients } = await takeTurns(quick ? 1 : 5, [measure("session"), measure("websocket")]);
  return {
    case: `echo of messages of ${bytes} bytes, both ways added up`,
    ours: medians[0],
    unit: "MB/s",
    peer: medians[1],
    peerName: "bare ws, neither signed nor hashed nor resumable",
    ratio: 1 / quotients[1],
  };
}

/** A bare WebSocket of the same package takes no such message. */
async function hugeRow(): Promise<BenchRow> {
  const script = new URL("./parts/fabric-echo.ts", import.meta.url);
  const one: EchoCase = { over: "session", bytes: BEYOND_2_GIB, seconds: 0 };
  const { bytesPerSecond } = await inChild<EchoCase, EchoResult>(script, one);
  return { case: `echo of one message of ${BEYOND_2_GIB} bytes`, ours: bytesPerSecond / 1e6, unit: "MB/s" };
}

async function tabRows(): Promise<BenchRow[]> {
  const script = new URL("./parts/fabric-tab.ts", import.meta.url);
  const { seconds } = await inChild<null, FirstStep>(script, null);
  const assets = fileURLToPath(new URL("../dist/web/assets", import.meta.url));
  const size = (pattern: RegExp) =>
    readdirSync(assets)
      .filter((name) => pattern.test(name))
      .reduce((sum, name) => sum + statSync(`${assets}/${name}`).size, 0) / 1000;
  return [
    { case: "tab: from opening the link to the end of the first local training", ours: seconds, unit: "s" },
    { case: "tab: script of the page, compressed", ours: size(/^join-.*\.js\.gz$/), unit: "kB" },
    { case: "tab: script of its worker, compressed", ours: size(/^worker-.*\.js\.gz$/), unit: "kB" },
    {
      case: "tab: ONNX Runtime in WebAssembly, compressed",
      ours: size(/^ort-wasm-simd-threaded-.*\.wasm\.gz$/),
      unit: "kB",
    },
  ];
}

import { Gauge, Registry } from "prom-client";
import { expect, test } from "vitest";
import { lockRun } from "../records/node/index.ts";
import { sampleLog } from "../testing/sample-log.ts";
import { ask, asObserver, realLog, testDashboard, writeRun } from "./testing/test-dashboard.ts";

/** The samples of a Prometheus text by name and labels; throws on a line that is none. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.trimEnd().split("\n")) {
    if (/^(# (HELP|TYPE) [a-z_0-9]+( .*)?)?$/.test(line)) continue;
    const parts = /^([a-z_0-9]+(?:\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})?) (\S+)$/.exec(line);
    if (parts === null || !/^(Nan|[\d.e+-]+)$/.test(parts[2])) throw new Error(`Not a sample: ${line}`);
    samples.set(parts[1], Number(parts[2]));
  }
  return samples;
}

test("GET /metrics tells of the process, the runs and the live run", async () => {
  const metrics = new Registry();
  new Gauge({ name: "server_own", help: "What the server adds", registers: [metrics] }).set(3);
  await using dashboard = await testDashboard({ metrics });
  const scrape = async () => {
    const answer = await ask(dashboard.url, "/metrics", { headers: asObserver });
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    return samplesOf(answer.body);
  };

  const before = await scrape();
  expect(before.get("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(before.get("server_own")).toBe(3);
  expect(before.get('coterie_runs{state="running"}')).toBe(0);
  expect(before.has("coterie_accuracy")).toBe(false);

  const log = sampleLog({ run: "live", rounds: 3, clients: 20, finished: false });
  const { lock } = await writeRun(dashboard.root, "live", log);
  // Finished later than the live run began, but not live.
  const later = realLog({ run: "later", rounds: 9 }).map((event) => ({ ...event, wall: event.wall + 1e6 }));
  await writeRun(dashboard.root, "later", later);
  const held = lockRun(lock);
  const samples = await scrape();
  held.release();

  const rounds = log.filter((event) => event.kind === "round-finished");
  const last = rounds[2];
  const uplink = rounds.reduce((sum, { uplinkBytes }) => sum + uplinkBytes, 0);
  const downlink = rounds.reduce((sum, { downlinkBytes }) => sum + downlinkBytes, 0);
  expect(Object.fromEntries([...samples].filter(([name]) => name.startsWith("coterie_")))).toEqual({
    'coterie_runs{state="running"}': 1,
    'coterie_runs{state="finished"}': 1,
    'coterie_runs{state="failed"}': 0,
    'coterie_runs{state="interrupted"}': 0,
    coterie_round: 3,
    coterie_accuracy: last.accuracy,
    coterie_loss: last.loss,
    coterie_round_seconds: last.wallSeconds,
    'coterie_clients{outcome="contributed"}': last.contributed,
    'coterie_clients{outcome="late"}': last.late,
    'coterie_clients{outcome="dropped"}': last.dropped,
    'coterie_clients{outcome="rejected"}': last.rejected,
    'coterie_bytes_total{direction="uplink"}': uplink,
    'coterie_bytes_total{direction="downlink"}': downlink,
    'coterie_bytes_total{direction="client-to-client"}': 0,
  });
  expect((await scrape()).get("coterie_round")).toBe(9);
});

import { Counter, collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import type { RunState } from "../records/live/listed-run.ts";
import type { IndexedRun, RunIndex } from "./run-index.ts";

const states: readonly RunState[] = ["running", "finished", "failed", "interrupted"];

/**
 * Adds figures of this process and of the runs to a registry. Figures of one run are those of the live run: of those
 * that go on the one that started last, or of all when none goes on. What is not known yet is left out.
 *
 * | name | what |
 * |---|---|
 * | `coterie_runs{state}` | runs in the folder |
 * | `coterie_round` | finished rounds |
 * | `coterie_accuracy`, `coterie_loss` | of the last round that was evaluated |
 * | `coterie_round_seconds` | wall time of the last round |
 * | `coterie_clients{outcome}` | clients of the last round |
 * | `coterie_bytes_total{direction}` | bytes on the wire in all finished rounds |
 */
export function addRunMetrics(registry: Registry, runs: RunIndex): void {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const live = async (): Promise<IndexedRun | undefined> => {
    const listed = await runs.list();
    return listed.find(({ state }) => state === "running") ?? listed[0];
  };

  new Gauge({
    ...{ name: "coterie_runs", help: "Runs in the folder", labelNames: ["state"], registers },
    async collect() {
      const listed = await runs.list();
      for (const state of states) this.set({ state }, listed.filter((run) => run.state === state).length);
    },
  });

  const gauge = (
    name: string,
    help: string,
    figure: (run: IndexedRun) => number | null | undefined,
  ): void => {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const run = await live();
        const value = run && figure(run);
        if (typeof value === "number") this.set(value);
        else this.remove();
      },
    });
  };
  gauge("coterie_round", "Finished rounds of the live run", (run) => run.finished);
  gauge("coterie_accuracy", "Accuracy of the live run's last evaluated round", (run) => run.accuracy);
  gauge("coterie_loss", "Loss of the live run's last evaluated round", (run) => run.loss);
  gauge(
    "coterie_round_seconds",
    "Wall time of the live run's last round",
    (run) => run.lastRound?.wallSeconds,
  );

  new Gauge({
    name: "coterie_clients",
    help: "Clients of the live run's last round, by what became of them",
    ...{ labelNames: ["outcome"], registers },
    async collect() {
      const round = (await live())?.lastRound;
      if (!round) return this.reset();
      const { contributed, late, dropped, rejected } = round;
      for (const [outcome, count] of Object.entries({ contributed, late, dropped, rejected })) {
        this.set({ outcome }, count);
      }
    },
  });

  new Counter({
    name: "coterie_bytes_total",
    help: "Bytes on the wire in all finished rounds of the live run",
    ...{ labelNames: ["direction"], registers },
    async collect() {
      const traffic = (await live())?.traffic;
      this.reset();
      if (!traffic) return;
      this.inc({ direction: "uplink" }, traffic.uplinkBytes);
      this.inc({ direction: "downlink" }, traffic.downlinkBytes);
      this.inc({ direction: "client-to-client" }, traffic.clientToClientBytes);
    },
  });
}

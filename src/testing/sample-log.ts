import { SimulationRandom } from "../numeric/random.ts";
import type { EventBody, Outcome, RunEvent } from "../records/events.ts";

export interface SampleOptions {
  readonly run?: string;
  readonly clients?: number;
  readonly rounds?: number;
  readonly classes?: number;
  readonly nameOf?: (client: number) => string;
  /** Text for everything else that a hostile party may choose. */
  readonly text?: string;
  readonly rate?: number;
  readonly finished?: boolean;
}

/** A made-up but plausible event log with slow, late, dropped and rejected clients, for tests of the report. */
export function sampleLog(options: SampleOptions = {}): RunEvent[] {
  const { clients = 20, rounds = 30, classes = 10, rate = 0.1, text = "sample", finished = true } = options;
  const { run = "quickstart-20260304-050607", nameOf = (n) => `client-${n}` } = options;
  const random = SimulationRandom.fromSeed(7);
  const events: RunEvent[] = [];
  let at = 0;
  const wallStart = Date.UTC(2026, 2, 4, 5, 6, 7);
  const record = (body: EventBody, when = at) =>
    events.push({ ...body, sequence: events.length + 1, at: when, wall: wallStart + events.length * 17 });

  const histogram = Array.from({ length: clients }, () =>
    Array.from({ length: classes }, () => Math.floor(800 * random.uniform() ** 6)),
  );
  record({
    ...{ kind: "run-started", run, seed: 1, task: "mnist-mlp", clients, parameters: 79_510, rounds },
    recipe: {
      ...{ name: text === "sample" ? "quickstart" : text, seed: 1, task: "mnist-mlp", clients, rounds },
      ...{
        data: { dataset: "mnist", train: 60_000, test: 10_000 },
        partition: { kind: "dirichlet", alpha: 0.5 },
      },
      ...{ local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate } }, aggregator: { kind: "mean" } },
      ...{ network: { slow: { fraction: 0.2, factor: 4 }, dropout: 0.03 }, deadline: 40 },
    },
    versions: { coterie: "0.1.0", node: "24.21.0", "onnxruntime-node": "1.30.0" },
    machine: { cpu: text === "sample" ? "AMD EPYC 7B13" : text, cores: 2, workers: 2 },
    classNames: Array.from({ length: classes }, (_, i) => (text === "sample" ? String(i) : `${text}${i}`)),
    histogram,
  });
  const perUpdate = 79_510 * 4 + 64;
  for (let round = 1; round <= rounds; round++) {
    const names = Array.from({ length: Math.min(clients, 1000) }, (_, i) => nameOf(i + 1));
    record({ kind: "round-started", round, attempt: 1, selected: names });
    const start = at;
    const counts = { contributed: 0, late: 0, dropped: 0, rejected: 0 };
    const late: (() => void)[] = [];
    const fates = names.map((client, i): [string, Outcome] => {
      const seconds = (8 + 14 * random.uniform()) * (i % 5 === 4 ? 1.9 : 1);
      const draw = random.uniform();
      const outcome =
        draw < 0.03 ? "dropped" : draw < 0.045 ? "rejected" : seconds > 37 ? "late" : "contributed";
      counts[outcome]++;
      const loss = 2.2 / (1 + round * rate * 5) + 0.1 * random.uniform();
      const examples = histogram[i].reduce((a, b) => a + b, 0);
      const trained: EventBody = {
        kind: "client-trained",
        round,
        client,
        virtualSeconds: seconds,
        examples,
        loss,
      };
      if (outcome === "dropped") record({ kind: "client-left", client }, start + seconds / 2);
      else record(trained, start + 0.8 + seconds);
      if (outcome === "late")
        late.push(() => record({ kind: "late-answer", round, client }, start + seconds + 3));
      return [client, outcome];
    });
    at = start + 40;
    for (const [client, outcome] of fates) {
      const reason = {
        dropped: "left",
        rejected: text === "sample" ? "not finite" : text,
        late: "",
        contributed: "",
      }[outcome];
      record({ kind: "client-outcome", round, client, outcome, ...(reason && { reason }) });
    }
    const accuracy = 0.972 - 0.75 * Math.exp(-round * rate * 4) - 0.01 * random.uniform();
    record({
      ...{
        kind: "round-finished",
        round,
        accuracy,
        loss: 0.1 + 1.6 * Math.exp(-round * rate * 3),
        virtualSeconds: 40,
        wallSeconds: 0.9,
      },
      ...{
        uplinkBytes: perUpdate * counts.contributed,
        downlinkBytes: perUpdate * names.length,
        clientToClientBytes: 0,
      },
      ...{ selected: names.length, ...counts },
    });
    for (const answer of late) answer();
    for (const [client, outcome] of fates)
      if (outcome === "dropped") record({ kind: "client-joined", client });
    at += 1;
  }
  if (finished) {
    record({
      kind: "run-finished",
      summary: {
        ...{
          run,
          fabric: "simulated",
          recipe: "quickstart",
          seed: 1,
          task: "mnist-mlp",
          clients,
          parameters: 79_510,
          rounds: [],
        },
        ...{ final: { accuracy: 0, loss: 0, round: 0 }, best: { round: 0, accuracy: 0 }, privacy: null },
        ...{ method: { protocol: text, payloadBytes: { perUpdate } }, virtualSeconds: 0, wallSeconds: 0 },
        ...{ files: { report: "", model: "", onnx: "", events: "" }, peakMemoryBytes: 312_000_000 },
      },
    });
  }
  return events;
}

import { SimulationRandom } from "../numeric/random.ts";
import type { AttackFigures, UpdateCounts } from "../records/attack-figures.ts";
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
  readonly seed?: number;
  /** The recipe's aggregator; one of a kind with `krum` in its name leaves out most corrupted and a few honest updates. */
  readonly aggregator?: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** The recipe's adversary, from round `active.from` on; with a `trigger` its success is among the figures. */
  readonly adversary?: SampleAdversary;
  /** Accuracy that the attack costs, in [0, 1]. */
  readonly damage?: number;
}

export interface SampleAdversary extends Readonly<Record<string, unknown>> {
  readonly kind: string;
  readonly fraction: number;
  readonly active?: { readonly from: number };
  readonly trigger?: object;
}

/** A made-up but plausible event log with slow, late, dropped and rejected clients, for tests of the report. */
export function sampleLog(options: SampleOptions = {}): RunEvent[] {
  const {
    clients = 20,
    rounds = 30,
    classes = 10,
    rate = 0.1,
    text = "sample",
    finished = true,
    seed = 1,
  } = options;
  const { run = "quickstart-20260304-050607", nameOf = (n) => `client-${n}` } = options;
  const { aggregator = { kind: "mean" }, adversary, damage = 0 } = options;
  const random = SimulationRandom.fromSeed(7);
  const events: RunEvent[] = [];
  let at = 0;
  const wallStart = Date.UTC(2026, 2, 4, 5, 6, 7);
  const record = (body: EventBody, when = at) =>
    events.push({ ...body, sequence: events.length + 1, at: when, wall: wallStart + events.length * 17 });

  const cheats = Math.round((adversary?.fraction ?? 0) * clients);
  // Every so many clients one is corrupted.
  const corrupted = Array.from({ length: cheats }, (_, i) =>
    nameOf(Math.floor(((i + 0.5) * clients) / cheats) + 1),
  );
  const histogram = Array.from({ length: clients }, () =>
    Array.from({ length: classes }, () => Math.floor(800 * random.uniform() ** 6)),
  );
  record({
    ...{ kind: "run-started", run, seed, task: "mnist-mlp", clients, parameters: 79_510, rounds },
    ...(adversary && { corrupted }),
    recipe: {
      ...{ name: text === "sample" ? "quickstart" : text, seed, task: "mnist-mlp", clients, rounds },
      ...{
        data: { dataset: "mnist", train: 60_000, test: 10_000 },
        partition: { kind: "dirichlet", alpha: 0.5 },
      },
      ...{ local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate } }, aggregator },
      ...{ network: { slow: { fraction: 0.2, factor: 4 }, dropout: 0.03 }, deadline: 40 },
      ...(adversary && { adversary }),
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
    const active = adversary !== undefined && round >= (adversary.active?.from ?? 1);
    const sides = { corrupted: emptyCounts(), honest: emptyCounts() };
    for (const [client, outcome] of fates) {
      const reason = {
        dropped: "left",
        rejected: text === "sample" ? "not finite" : text,
        late: "",
        contributed: "",
      }[outcome];
      const side = corrupted.includes(client) ? "corrupted" : "honest";
      const isSuspect = aggregator.kind.includes("krum") && outcome === "contributed";
      const excluded = isSuspect && random.uniform() < (active && side === "corrupted" ? 0.8 : 0.08);
      sides[side][sideOf(outcome, excluded)]++;
      const left = excluded && ({ excluded, reason: "left out by the aggregator" } as const);
      record({ kind: "client-outcome", round, client, outcome, ...(reason && { reason }), ...left });
    }
    const success = adversary?.trigger && { success: active ? 1 - 0.9 ** round : 0 };
    const figures: AttackFigures = { attack: { active, ...success }, defence: sides };
    const accuracy =
      (active ? 1 - damage : 1) * 0.972 - 0.75 * Math.exp(-round * rate * 4) - 0.01 * random.uniform();
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
      ...(adversary && { figures: { ...figures } }),
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
          seed,
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

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyCounts(): Writable<UpdateCounts> {
  return { kept: 0, excluded: 0, rejected: 0, absent: 0 };
}

function sideOf(outcome: Outcome, excluded: boolean): keyof UpdateCounts {
  if (outcome === "rejected") return "rejected";
  if (outcome !== "contributed") return "absent";
  return excluded ? "excluded" : "kept";
}

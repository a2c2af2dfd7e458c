/** One whole run on MNIST with a given number of registered clients. Runs in a child process of `bench/scale.ts`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completeRecipe } from "../../src/recipe/index.ts";
import { run } from "../../src/run/run.ts";
import { median } from "../harness.ts";
import { answer } from "./child.ts";

export interface ScaleCase {
  /** Registered clients; 20 of them are selected per round, or all where there are fewer. */
  readonly clients: number;
  readonly rounds: number;
  /** Rows of the training and of the held-out set. */
  readonly train: number;
  readonly test: number;
}

export interface ScaleResult {
  /** Wall time, training, evaluation and records included: the median over the rounds after the first. */
  readonly roundSeconds: number;
  /** Mean over the same rounds. */
  readonly examplesPerRound: number;
  /** Wall time from the start to the end of the first round. */
  readonly firstRoundSeconds: number;
  /** Clients that took part in at least one round. */
  readonly participants: number;
}

const SELECTED = 20;

await answer<ScaleCase, ScaleResult>(async ({ clients, rounds, train, test }) => {
  const recipe = completeRecipe({
    name: "scale",
    seed: 1,
    task: "mnist-mlp",
    data: { dataset: "mnist", train, test },
    clients,
    partition: { kind: "iid" },
    rounds,
    select: { fraction: Math.min(1, SELECTED / clients), minimum: 1 },
    local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
  });
  const parent = await mkdtemp(join(tmpdir(), "coterie-scale-"));
  const roundSeconds: number[] = [];
  let examples = 0;
  const participants = new Set<string>();
  let last = performance.now();
  try {
    for await (const event of run(recipe, { folder: join(parent, "run") })) {
      if (event.kind === "client-trained") {
        participants.add(event.client);
        if (event.round > 1) examples += event.examples;
      }
      if (event.kind !== "round-finished") continue;
      const now = performance.now();
      roundSeconds.push((now - last) / 1000);
      last = now;
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
  const [firstRoundSeconds, ...later] = roundSeconds;
  return {
    roundSeconds: median(later),
    examplesPerRound: examples / later.length,
    firstRoundSeconds,
    participants: participants.size,
  };
});

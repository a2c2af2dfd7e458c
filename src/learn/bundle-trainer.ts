/** Training without the task's source: on the programs that the server sent, and on this client's own examples. */
import type { ClientData } from "../data/client-data.ts";
import type { Examples } from "../data/examples.ts";
import { InputError, RunError } from "../errors.ts";
import { type KeyedLoop, LoopTrainer } from "./loop-trainer.ts";
import type { LoweredEngine, LoweredProgram } from "./lowered-program.ts";
import type { ProgramBundle } from "./program-bundle.ts";
import { programKey } from "./program-specs.ts";
import { loopShape } from "./train-locally.ts";
import type { LocalWork, Trainer } from "./training.ts";

export interface BundleTrainerOptions {
  readonly bundle: ProgramBundle;
  /** This client's own: its examples are shard 0, and there is no other; what it holds out is the held-out set. */
  readonly data: ClientData;
  readonly engine: LoweredEngine;
}

/**
 * A trainer for one client, in this thread. Its jobs reject with RunError `learn.bundle.work` when they ask for
 * another work than the bundle's (the epochs are free, as no program depends on them), `learn.shard.unknown` when
 * they name another shard than 0 or a held-out set that there is not, and otherwise as `trainLocally` does.
 *
 * @throws InputError `learn.bundle.data` when the examples are not of the shape and classes that the bundle is for.
 */
export function createBundleTrainer({ bundle, data, engine }: BundleTrainerOptions): Trainer {
  const sets = new Map<number | "test", Examples>([[0, data.examples]]);
  if (data.heldOut) sets.set("test", data.heldOut);
  for (const examples of sets.values()) checkData(bundle, examples);
  const held = (on: number | "test"): Examples => {
    const examples = sets.get(on);
    if (examples) return examples;
    throw new RunError(
      "learn.shard.unknown",
      `This client holds its own examples as shard 0, not ${on === "test" ? "the held-out set" : `shard ${on}`}; ask another party.`,
    );
  };
  const opened = (key: string, program: LoweredProgram): KeyedLoop => ({
    key,
    open: async () => ({ loop: await engine.open(program), shape: loopShape(program, bundle.layout) }),
  });
  return new LoopTrainer({
    training: (work, corrected) => {
      checkWork(bundle, work, corrected);
      return opened("train", bundle.training);
    },
    evaluation: () => opened("evaluate", bundle.evaluation),
    rows: (on) => Int32Array.from(held(on).labels, (_, row) => row),
    examples: held,
  });
}

function checkData({ task, data }: ProgramBundle, { shape, classes }: Examples): void {
  if (String(shape) === String(data.shape) && classes === data.classes) return;
  throw new InputError(
    "learn.bundle.data",
    `Task "${task}" is trained on examples of shape [${data.shape}] in ${data.classes} classes; the data here have shape [${shape}] and ${classes} classes.`,
  );
}

function checkWork(bundle: ProgramBundle, work: LocalWork, corrected: boolean): void {
  const asked = programKey({ ...work, corrected });
  const sent = programKey({ ...bundle.work, corrected: bundle.corrected });
  if (asked === sent) return;
  throw new RunError(
    "learn.bundle.work",
    "The job asks for another training step than the one that the server sent as a program; send a new bundle when the work changes.",
  );
}

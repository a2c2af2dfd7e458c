/** What the runs of the kill tests share: Fisher's irises in three parts, trained and evaluated by ONNX Runtime. */
import { resolve } from "node:path";
import type { Examples } from "../../data/examples.ts";
import { selectRows } from "../../data/select.ts";
import { createBundleTrainer } from "../../learn/bundle-trainer.ts";
import { createProgramBundle } from "../../learn/create-program-bundle.ts";
import { createEngineTrainer } from "../../learn/engine-trainer.ts";
import { onnxEngine, onnxLoweredEngine } from "../../learn/node/onnx-engine.ts";
import type { Trainer } from "../../learn/training.ts";
import { localWorkOf } from "../../recipe/components.ts";
import { completeRecipe, type RecipeInput } from "../../recipe/index.ts";
import type { PartyId } from "../../runtime/party.ts";
import { createIdentity, type Identity } from "../../runtime/session/identity.ts";
import { dealShards, prepareModel } from "../prepare.ts";
import type { Provisions } from "../serve.ts";

export const CLIENTS: readonly PartyId[] = ["ann", "ben", "cleo"];

export interface TestProvisions extends Provisions, AsyncDisposable {
  readonly identity: Identity;
  readonly clients: ReadonlyMap<PartyId, TestClient>;
}

export interface TestClient {
  readonly identity: Identity;
  readonly examples: Examples;
  /** Lives as long as the tests. */
  readonly trainer: Trainer;
}

export async function provide(change: Partial<RecipeInput>): Promise<TestProvisions> {
  const recipe = completeRecipe({
    name: "kill",
    task: "tabular-logistic",
    data: { csv: "iris.csv", label: "species" },
    clients: CLIENTS.length,
    rounds: 3,
    local: { batch: 16, optimizer: { kind: "sgd", rate: 0.1 } },
    ...change,
  });
  const prepared = await prepareModel(recipe, resolve("recipes/data"));
  const { task, spec, dataset } = prepared;
  const work = localWorkOf(recipe);
  const corrected = recipe.server.optimizer.kind === "scaffold";
  const bundle = createProgramBundle({ task, spec, work, corrected });
  const trainer = createEngineTrainer({ engine: onnxEngine, task, dataset, shards: [] });
  const clients = new Map<PartyId, TestClient>();
  for (const [k, shard] of dealShards(prepared).entries()) {
    const examples = selectRows(dataset.train, shard);
    const own = createBundleTrainer({ bundle, data: { examples }, engine: onnxLoweredEngine });
    clients.set(CLIENTS[k], { identity: await createIdentity(), examples, trainer: own });
  }
  return {
    ...{ prepared, bundle, trainer, workers: 1, clients },
    identity: await createIdentity(),
    async [Symbol.asyncDispose]() {
      for (const { trainer: own } of clients.values()) await own[Symbol.asyncDispose]();
      await trainer[Symbol.asyncDispose]();
    },
  };
}

import { expect, expectTypeOf, test } from "vitest";
import type { PartitionSpec } from "../data/partition/spec.ts";
import type { DataSource } from "../data/sources.ts";
import type { LocalOptimizer, LocalWork } from "../learn/training.ts";
import type { NetworkSpec } from "../runtime/network/spec.ts";
import { offeredKinds } from "./offered.ts";
import { completeRecipe } from "./parse.ts";
import { recipeReference } from "./reference.ts";
import { type Recipe, recipeJsonSchema } from "./schema.ts";

/** Keys of every member of a union. */
type AnyKey<T> = T extends unknown ? keyof T : never;

test("what the schema accepts is what the rooms below take, key for key", () => {
  expectTypeOf<Recipe["data"]>().toExtend<DataSource>();
  expectTypeOf<AnyKey<Recipe["data"]>>().toEqualTypeOf<AnyKey<DataSource>>();
  expectTypeOf<Recipe["partition"]>().toExtend<PartitionSpec>();
  expectTypeOf<AnyKey<Recipe["partition"]>>().toEqualTypeOf<AnyKey<PartitionSpec>>();
  expectTypeOf<Recipe["partition"]["kind"]>().toEqualTypeOf<PartitionSpec["kind"]>();
  expectTypeOf<Recipe["local"]>().toExtend<LocalWork>();
  expectTypeOf<AnyKey<Recipe["local"]["optimizer"]>>().toEqualTypeOf<AnyKey<LocalOptimizer>>();

  type Network = NonNullable<Recipe["network"]>;
  expectTypeOf<Network>().toExtend<NetworkSpec>();
  expectTypeOf<keyof Network>().toEqualTypeOf<keyof NetworkSpec>();
  type Compute = NonNullable<Network["compute"]>;
  expectTypeOf<AnyKey<Compute>>().toEqualTypeOf<AnyKey<NonNullable<NetworkSpec["compute"]>>>();
  expectTypeOf<AnyKey<NonNullable<Network["uplink"]>>>().toEqualTypeOf<
    AnyKey<NonNullable<NetworkSpec["uplink"]>>
  >();
  expectTypeOf<keyof NonNullable<Network["faults"]>>().toEqualTypeOf<
    keyof NonNullable<NetworkSpec["faults"]>
  >();
});

test("everything but task, data, clients and rounds has a default", () => {
  const recipe = completeRecipe({
    name: "least",
    task: "mnist-mlp",
    data: { dataset: "mnist" },
    clients: 10,
    rounds: 3,
  });
  expect(recipe).toMatchInlineSnapshot(`
    {
      "adversary": null,
      "aggregator": {
        "kind": "mean",
        "weights": "examples",
      },
      "checkpoint": {
        "every": 1,
      },
      "clients": 10,
      "data": {
        "dataset": "mnist",
      },
      "deadline": null,
      "evaluate": {
        "clients": false,
        "every": 1,
      },
      "local": {
        "batch": 32,
        "epochs": 1,
        "optimizer": {
          "decay": 0,
          "kind": "sgd",
          "momentum": 0,
          "rate": 0.1,
        },
        "proximal": 0,
        "workerMomentum": 0,
      },
      "name": "least",
      "network": null,
      "partition": {
        "kind": "iid",
      },
      "privacy": null,
      "protocol": {
        "kind": "plain",
      },
      "retries": 2,
      "rounds": 3,
      "seed": 1,
      "select": {
        "fraction": 1,
        "minimum": 1,
        "over": 1,
      },
      "server": {
        "optimizer": {
          "kind": "average",
          "rate": 1,
        },
      },
      "task": "mnist-mlp",
    }
  `);
});

test("the server's usual constants are those of their papers", () => {
  const least = {
    name: "least",
    task: "mnist-mlp",
    data: { dataset: "mnist" },
    clients: 10,
    rounds: 3,
  } as const;
  const optimizer = (kind: "average" | "momentum" | "adagrad" | "adam" | "yogi" | "scaffold") =>
    completeRecipe({ ...least, server: { optimizer: { kind } } }).server.optimizer;
  expect(optimizer("adam")).toEqual({ kind: "adam", rate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 });
  expect(optimizer("yogi")).toEqual({ kind: "yogi", rate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 });
  expect(optimizer("adagrad")).toEqual({ kind: "adagrad", rate: 0.1, beta1: 0.9, tau: 1e-3 });
  expect(optimizer("scaffold")).toEqual({ kind: "scaffold", rate: 1 });
  expect(optimizer("momentum")).toEqual({ kind: "momentum", rate: 1, momentum: 0.9 });
});

test("the lists that `coterie list` shows come from the schema", () => {
  expect(offeredKinds("protocol").map(({ name }) => name)).toContain("plain");
  expect(offeredKinds("aggregator").map(({ name }) => name)).toContain("mean");
  expect(offeredKinds("adversary").map(({ name }) => name)).toContain("alie");
});

// `npx vitest run src/recipe -u` writes both files anew.
test("docs/recipe.schema.json is current", async () => {
  const text = `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../docs/recipe.schema.json");
});

test("docs/recipe-keys.md is current", async () => {
  await expect(recipeReference()).toMatchFileSnapshot("../../docs/recipe-keys.md");
});

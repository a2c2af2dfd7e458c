/**
 * Shards beside those of the clients: what the server holds itself, what an adversary trains on, and what tells
 * whether its backdoor works.
 */
import { flipLabels } from "../adversary/data/label-flip.ts";
import { patterned, patternedTest, sampleTrigger } from "../adversary/data/triggers.ts";
import { concatenate } from "../data/concatenate.ts";
import type { Dataset, Examples } from "../data/examples.ts";
import { drawRows, selectRows } from "../data/select.ts";
import { InputError } from "../errors.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import type { Recipe } from "../recipe/schema.ts";
import { heldOutOf } from "./embeddings.ts";
import type { PreparedModel, PreparedRun } from "./prepare.ts";

export interface SideShards {
  /** The run's data, with the poisoned examples behind those of the training set. */
  readonly dataset: Dataset;
  /** The clients' shards first. */
  readonly shards: readonly Int32Array[];
  /** What a corrupted client trains on in place of its own shard. */
  readonly poisoned: ReadonlyMap<number, number>;
  /** All that the adversary's clients hold, with the trigger and its label. */
  readonly triggered?: number;
  /** Held-out examples with the trigger and its label: accuracy on them is the backdoor's success. */
  readonly success?: number;
  /** What each client's own model is measured on, under a personal protocol. */
  readonly heldOut?: readonly (number | "test")[];
  /** The server's own examples. */
  readonly reference?: number;
}

type Adversary = NonNullable<Recipe["adversary"]>;
type Trigger = Extract<Adversary, { kind: "alie-backdoor" }>["trigger"];

/** @throws InputError when the data have not what the adversary wants of them */
export function addSideShards(prepared: PreparedRun): SideShards {
  const { recipe, dataset, shards, corrupted } = prepared;
  const builder = new Builder(dataset, shards);
  const reference = referenceRows(prepared);
  const rest = {
    ...(reference && { reference: builder.add(reference) }),
    ...(isEmbeddings(recipe.protocol) && {
      heldOut: heldOutOf(prepared, shards).map((held) => (held === "test" ? held : builder.append(held))),
    }),
    ...(corrupted.length > 0 && poison(recipe.adversary!, prepared, builder)),
  };
  return { poisoned: new Map(), ...rest, ...builder.result() };
}

/** Rows of the training set that the server holds too; undefined where its aggregator uses none. */
export function referenceRows({ recipe, dataset, random }: PreparedModel): Int32Array | undefined {
  if (recipe.aggregator.kind !== "fltrust") return undefined;
  const { examples } = recipe.aggregator;
  return drawRows(dataset.train.labels.length, examples, random.stream("reference"), "training rows");
}

function poison(
  adversary: Adversary,
  { dataset, shards, corrupted, random }: PreparedRun,
  builder: Builder,
): Partial<SideShards> {
  const held = (shard: number) => selectRows(dataset.train, shards[shard]);
  const ownRows = concatenate(corrupted.map(held));
  const everyClient = (poisoned: (shard: number) => Examples) =>
    new Map(corrupted.map((shard) => [shard, builder.append(poisoned(shard))]));
  switch (adversary.kind) {
    case "label-flip": {
      const { source: from, target: to } = adversary;
      const flip = from === undefined || to === undefined ? "mirror" : { from, to };
      return { poisoned: everyClient((shard) => flipLabels(held(shard), flip)) };
    }
    case "alie-backdoor": {
      const { trigger } = adversary;
      return {
        triggered: builder.append(withTrigger(trigger, ownRows, ownRows)),
        success: builder.append(successTest(trigger, ownRows, dataset)),
      };
    }
    case "model-replacement": {
      const { trigger, share } = adversary;
      const mixed = (shard: number): Examples => {
        const own = held(shard);
        const count = own.labels.length;
        const wanted = Math.round(share * count);
        if (wanted === 0) return own;
        const rows = drawRows(
          count,
          wanted,
          random.stream("triggered", shard),
          "examples of a corrupted client",
        );
        const clean = new Set(own.labels.keys());
        for (const row of rows) clean.delete(row);
        const triggered = withTrigger(trigger, ownRows, selectRows(own, rows));
        return concatenate([selectRows(own, [...clean]), triggered]);
      };
      return {
        poisoned: everyClient(mixed),
        success: builder.append(successTest(trigger, ownRows, dataset)),
      };
    }
    default:
      return {};
  }
}

/** Copies of `examples` with the trigger, or so many copies of the one of the adversary's own examples that is it. */
function withTrigger(trigger: Trigger, own: Examples, examples: Examples): Examples {
  if (trigger.kind === "pattern")
    return patterned(examples, { pixels: trigger.size, target: trigger.target });
  return sampleTrigger(own, checkedRow(trigger.row, own), examples.labels.length);
}

function successTest(trigger: Trigger, own: Examples, { test }: Dataset): Examples {
  if (trigger.kind === "pattern")
    return patternedTest(test, { pixels: trigger.size, target: trigger.target });
  return sampleTrigger(own, checkedRow(trigger.row, own), 1);
}

function checkedRow(row: number, { labels }: Examples): number {
  if (row < labels.length) return row;
  throw new InputError(
    "adversary.row",
    `adversary.trigger.row is ${row}, but the corrupted clients hold ${labels.length} examples, the first of which is 0; choose one of them.`,
    { at: "adversary.trigger.row" },
  );
}

/** Collects shards, and the examples that they need beyond the training set. */
class Builder {
  readonly #dataset: Dataset;
  readonly #sets: Examples[];
  readonly #shards: Int32Array[];
  #rows: number;

  constructor(dataset: Dataset, shards: readonly Int32Array[]) {
    this.#dataset = dataset;
    this.#sets = [dataset.train];
    this.#shards = [...shards];
    this.#rows = dataset.train.labels.length;
  }

  /** A shard of rows that are there. @returns its number */
  add(rows: Int32Array): number {
    return this.#shards.push(rows) - 1;
  }

  /** New examples and the shard that they make. @returns its number */
  append(examples: Examples): number {
    const first = this.#rows;
    this.#rows += examples.labels.length;
    this.#sets.push(examples);
    return this.add(Int32Array.from(examples.labels, (_, i) => first + i));
  }

  result(): Pick<SideShards, "dataset" | "shards"> {
    return { dataset: { ...this.#dataset, train: concatenate(this.#sets) }, shards: this.#shards };
  }
}

/**
 * Between the parameter tree that a task's author sees and the flat `Float32Array` that everything else sees.
 */
import { numpy as np, random } from "@jax-js/jax";
import { size } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import { SimulationRandom } from "../numeric/random.ts";
import type { ParameterLayout, ParameterSlice } from "./layout.ts";
import type { DataSpec, ParameterTree, Task } from "./task.ts";

/** A task's parameters by place: the layout, and the way from a list of arrays back to the author's tree. */
export interface ParameterStructure {
  readonly layout: ParameterLayout;
  /** The tree whose leaves, in the layout's order, are `arrays`. */
  assemble(arrays: readonly np.Array[]): ParameterTree;
}

/** Where each parameter of a task lies in the flat vector: the order in which `init` names them. */
export function layoutOf(task: Task, spec: DataSpec): ParameterLayout {
  return structureOf(task, spec).layout;
}

/**
 * The layout and shape of a task's tree.
 *
 * @throws InputError `learn.task.parameters` when `init` gives anything but named float32 arrays, or not the table that
 * the task's `embeddings` name.
 */
export function structureOf(task: Task, spec: DataSpec): ParameterStructure {
  const leaves = initialLeaves(task, spec, 0);
  const slices: ParameterSlice[] = [];
  let offset = 0;
  for (const { name, array } of leaves.list) {
    slices.push({ name, shape: [...array.shape], offset, length: array.size });
    offset += array.size;
    array.dispose();
  }
  checkEmbeddings(task, spec, slices);
  return {
    layout: { slices, length: offset },
    assemble: (arrays) => rebuild(leaves.tree, arrays[Symbol.iterator]()),
  };
}

/**
 * The task's first parameters, drawn from `seed` (any integer): the same seed gives the same bits on the same
 * machine. Length d of the layout.
 *
 * @throws InputError as {@link structureOf}.
 */
export function initialParameters(task: Task, spec: DataSpec, seed: number): Float32Array {
  const { list } = initialLeaves(task, spec, seed);
  const parameters = new Float32Array(list.reduce((sum, { array }) => sum + array.size, 0));
  let offset = 0;
  for (const { array } of list) {
    const length = array.size;
    // dataSync uses the array up, so its memory is given back here.
    parameters.set(array.dataSync() as Float32Array, offset);
    offset += length;
  }
  return parameters;
}

interface NamedArray {
  readonly name: string;
  readonly array: np.Array;
}

function initialLeaves(
  task: Task,
  spec: DataSpec,
  seed: number,
): { tree: ParameterTree; list: NamedArray[] } {
  const word = SimulationRandom.fromSeed(seed).stream("parameters").bits();
  const tree = task.init(random.key(np.array(Uint32Array.of(word)).reshape([])), spec);
  const list: NamedArray[] = [];
  collect(task.name, tree, [], list);
  if (list.length === 0) throw wrongParameters(task.name, "gave no parameters");
  const names = new Set<string>();
  for (const { name } of list) {
    if (names.has(name)) throw wrongParameters(task.name, `names "${name}" twice`);
    names.add(name);
  }
  return { tree, list };
}

function collect(task: string, tree: unknown, path: string[], into: NamedArray[]): void {
  const name = path.length === 0 ? "parameters" : path.join(".");
  if (tree instanceof np.Array) {
    if (tree.dtype !== np.float32) {
      throw wrongParameters(task, `gave "${name}" as ${tree.dtype}; parameters are float32`);
    }
    into.push({ name, array: tree });
  } else if (typeof tree === "object" && tree !== null) {
    for (const [key, child] of Object.entries(tree)) {
      if (!/^[A-Za-z0-9_./-]+$/.test(key)) {
        throw wrongParameters(
          task,
          `names a parameter ${JSON.stringify(key)}; use letters, digits and underscores`,
        );
      }
      collect(task, child, [...path, key], into);
    }
  } else {
    throw wrongParameters(task, `gave "${name}" as ${tree === null ? "null" : typeof tree}, not as an array`);
  }
}

/** The table that a task's `embeddings` names must be one, and what they say of examples must fit them. */
function checkEmbeddings(
  { name, embeddings }: Task,
  { shape, classes }: DataSpec,
  slices: readonly ParameterSlice[],
): void {
  if (embeddings === undefined) return;
  const { parameter, columns, labels } = embeddings;
  const table = slices.find((slice) => slice.name === parameter);
  if (table?.shape.length !== 2) {
    throw wrongParameters(
      name,
      `gave no table "${parameter}" [entities, width], which its "embeddings" name`,
    );
  }
  if (labels && table.shape[0] < classes) {
    throw wrongParameters(
      name,
      `gave a table "${parameter}" of ${table.shape[0]} entities, too few for ${classes} labels`,
    );
  }
  const missing = columns.find((column) => !(column >= 0 && column < size(shape)));
  if (missing === undefined) return;
  throw wrongParameters(
    name,
    `is for examples of ${size(shape)} features, and its "embeddings" name feature ${missing}`,
  );
}

function rebuild(tree: ParameterTree, arrays: Iterator<np.Array>): ParameterTree {
  if (tree instanceof np.Array) return arrays.next().value as np.Array;
  if (Array.isArray(tree)) return tree.map((child) => rebuild(child, arrays));
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, rebuild(child, arrays)]));
}

function wrongParameters(task: string, what: string): InputError {
  return new InputError("learn.task.parameters", `The "init" of task "${task}" ${what}.`, {
    at: `task ${task}, init`,
  });
}

/** What engines check of the arrays that they are given. */
import { size } from "../../data/examples.ts";
import { InputError } from "../../errors.ts";
import type { TensorData, TensorSpec } from "../engine.ts";

/**
 * Number of batches in the inputs of a step, one after another in each array.
 *
 * @throws InputError `learn.engine.length` unless there is one array of the right type per spec, each with the
 * same whole number of batches, at least one.
 */
export function stepsIn(
  inputs: readonly TensorData[],
  specs: readonly TensorSpec[],
  program: string,
): number {
  const steps = specs.length > 0 && inputs.length > 0 ? inputs[0].length / size(specs[0].shape) : 1;
  checkLengths(inputs, specs, program, Number.isInteger(steps) && steps > 0 ? steps : 1);
  return steps;
}

/**
 * @param copies how many of each there should be, one after another in the same array
 * @throws InputError `learn.engine.length` unless there is one array of the right length and type per spec
 */
export function checkLengths(
  data: readonly TensorData[],
  specs: readonly TensorSpec[],
  program: string,
  copies = 1,
): void {
  if (data.length !== specs.length) {
    throw new InputError(
      "learn.engine.length",
      `${program} takes ${specs.length} arrays here, not ${data.length}.`,
    );
  }
  specs.forEach(({ name, shape, type }, i) => {
    const right = type === "float32" ? Float32Array : Int32Array;
    const length = copies * size(shape);
    if (data[i].length === length && data[i] instanceof right) return;
    throw new InputError(
      "learn.engine.length",
      `${program}: ${name} is ${type} with ${length} entries (${copies} x [${shape}]), not a ${data[i].constructor.name} of ${data[i].length}.`,
    );
  });
}

/** Multi-layer perceptrons with ReLU: He-normal hidden layers, a Glorot-uniform output layer. */
import { nn, type numpy as np, random } from "@jax-js/jax";
import { size } from "../../data/examples.ts";
import { flatten, hiddenLayer, type Layer, outputLayer, perceptron } from "../layers.ts";
import { defineTask, type Task } from "../task.ts";

/** Mean and standard deviation of the entries that a task standardises before its first layer. */
export interface Standard {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * `hidden` gives the widths between the example's entries and the classes. Parameters: `dense1.weight`, ...
 *
 * @param standard entries as they come when absent
 */
export function mlpTask(
  name: string,
  description: string,
  hidden: readonly number[],
  standard?: Standard,
): Task {
  return defineTask<Record<string, Layer>>({
    name,
    description,
    init(key, { shape, classes }) {
      const widths = [size(shape), ...hidden, classes];
      const keys = random.split(key, widths.length - 1);
      return Object.fromEntries(
        [...keys].map((layerKey, i) => {
          const make = i === hidden.length ? outputLayer : hiddenLayer;
          return [`dense${i + 1}`, make(layerKey, widths[i], widths[i + 1])];
        }),
      );
    },
    predict: (layers, x) => perceptron(Object.values(layers), flatten(standardized(x, standard))),
    activations: (layers, x) => {
      const below = Object.values(layers).slice(0, -1);
      return nn.relu(perceptron(below, flatten(standardized(x, standard))));
    },
  });
}

function standardized(x: np.Array, standard: Standard | undefined): np.Array {
  return standard === undefined ? x : x.sub(standard.mean).mul(1 / standard.deviation);
}

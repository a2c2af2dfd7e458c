/** Multi-layer perceptrons with ReLU: He-normal hidden layers, a Glorot-uniform output layer. */
import { random } from "@jax-js/jax";
import { size } from "../../data/examples.ts";
import { flatten, hiddenLayer, type Layer, outputLayer, perceptron } from "../layers.ts";
import { defineTask, type Task } from "../task.ts";

/** `hidden` gives the widths between the example's entries and the classes. Parameters: `dense1.weight`, ... */
export function mlpTask(name: string, description: string, hidden: readonly number[]): Task {
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
    predict: (layers, x) => perceptron(Object.values(layers), flatten(x)),
  });
}

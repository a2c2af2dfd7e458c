/** Multinomial logistic regression: one linear layer from all entries of an example to the classes. */
import { numpy as np } from "@jax-js/jax";
import { size } from "../../data/examples.ts";
import { dense, flatten, type Layer } from "../layers.ts";
import { defineTask, type Task } from "../task.ts";

/** Starts at zero, as a convex problem may: every class is equally likely and the first loss is ln(classes). */
export function softmaxTask(name: string, description: string): Task {
  return defineTask<Layer>({
    name,
    description,
    init: (_, { shape, classes }) => ({
      weight: np.zeros([size(shape), classes]),
      bias: np.zeros([classes]),
    }),
    predict: (layer, x) => dense(layer, flatten(x)),
  });
}

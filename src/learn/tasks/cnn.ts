/**
 * A small convolutional network in the manner of LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, section II):
 * twice a 5x5 convolution, ReLU and 2x2 max pooling, with 8 and 16 filters, then one linear layer.
 */
import { nn, type numpy as np, random } from "@jax-js/jax";
import { InputError } from "../../errors.ts";
import {
  asImages,
  convolutionLayer,
  convolve,
  dense,
  flatten,
  imageShape,
  type Layer,
  maxPool2,
  outputLayer,
} from "../layers.ts";
import { type DataSpec, defineTask, type Task } from "../task.ts";

type Parameters = { conv1: Layer; conv2: Layer; dense: Layer };

const FILTERS = [8, 16] as const;
const WINDOW = 5;

export function cnnTask(name: string, description: string): Task {
  return defineTask<Parameters>({
    name,
    description,
    init(key, spec) {
      const [channels, rows, columns] = imageShape(spec);
      const area = sideAfter(rows) * sideAfter(columns);
      const [key1, key2, key3] = random.split(key, 3);
      return {
        conv1: convolutionLayer(key1, channels, FILTERS[0], WINDOW),
        conv2: convolutionLayer(key2, FILTERS[0], FILTERS[1], WINDOW),
        dense: outputLayer(key3, FILTERS[1] * area, spec.classes),
      };
    },
    predict: (parameters, x, spec) => dense(parameters.dense, features(parameters, x, spec)),
    activations: features,
  });
}

/** What the linear layer sees. */
function features(
  { conv1, conv2 }: Pick<Parameters, "conv1" | "conv2">,
  x: np.Array,
  spec: DataSpec,
): np.Array {
  const first = maxPool2(nn.relu(convolve(conv1, asImages(x, spec))));
  return flatten(maxPool2(nn.relu(convolve(conv2, first))));
}

/** Rows (or columns) that are left of `side` after both convolutions and poolings: 28 becomes 4. */
function sideAfter(side: number): number {
  const left = FILTERS.reduce((n) => Math.floor((n - WINDOW + 1) / 2), side);
  if (left >= 1) return left;
  throw new InputError(
    "learn.task.image",
    `The convolutional task needs images of at least 16 rows and columns; the data's have ${side}.`,
  );
}

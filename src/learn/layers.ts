/**
 * The few layers that the built-in tasks share, for users' tasks too. Everything follows jax-js's move semantics:
 * parameters and inputs are used up.
 */
import { lax, nn, numpy as np } from "@jax-js/jax";
import { InputError } from "../errors.ts";
import { glorotUniform, heNormal } from "./initializers.ts";
import type { DataSpec } from "./task.ts";

/** An affine map: weight [in, out] (a convolution: [out, in, height, width]) and bias [out]. */
export type Layer = { weight: np.Array; bias: np.Array };

/** A layer before a ReLU: He-normal weights (see {@link heNormal}), zero bias. */
export function hiddenLayer(key: np.Array, inputs: number, outputs: number): Layer {
  return { weight: heNormal(key, [inputs, outputs]), bias: np.zeros([outputs]) };
}

/** The last, linear layer: Glorot-uniform weights (see {@link glorotUniform}), zero bias. */
export function outputLayer(key: np.Array, inputs: number, outputs: number): Layer {
  return { weight: glorotUniform(key, [inputs, outputs]), bias: np.zeros([outputs]) };
}

/** A convolution before a ReLU, `window` entries wide and high: He-normal weights, zero bias. */
export function convolutionLayer(key: np.Array, inputs: number, outputs: number, window: number): Layer {
  return { weight: heNormal(key, [outputs, inputs, window, window]), bias: np.zeros([outputs]) };
}

/** x·weight + bias: [B, in] to [B, out]. */
export function dense({ weight, bias }: Layer, x: np.Array): np.Array {
  return np.matmul(x, weight).add(bias);
}

/** Convolution with stride 1 and no padding, plus bias: [B, in, H, W] to [B, out, H - k + 1, W - k + 1]. */
export function convolve({ weight, bias }: Layer, x: np.Array): np.Array {
  const outputs = bias.shape[0];
  return lax.conv(x, weight, [1, 1], "VALID").add(bias.reshape([outputs, 1, 1]));
}

/** Largest of each 2x2 block: [B, C, H, W] to [B, C, ⌊H/2⌋, ⌊W/2⌋]. */
export function maxPool2(x: np.Array): np.Array {
  return lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
}

/** ReLU through all layers but the last: a multi-layer perceptron on [B, in]. */
export function perceptron(layers: readonly Layer[], x: np.Array): np.Array {
  return layers.reduce((z, layer, i) => dense(layer, i === 0 ? z : nn.relu(z)), x);
}

/** [B, ...shape] to [B, n]. */
export function flatten(x: np.Array): np.Array {
  return x.ndim === 2 ? x : x.reshape([x.shape[0], -1]);
}

/**
 * Channels, rows and columns of an example: [C, H, W] as it is, [H, W] with one channel, and a flat square
 * number of entries as one square channel.
 *
 * @throws InputError `learn.task.image` for any other shape.
 */
export function imageShape({ shape }: DataSpec): [number, number, number] {
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  if (shape.length === 2) return [1, shape[0], shape[1]];
  const side = Math.sqrt(shape[0] ?? 0);
  if (shape.length === 1 && Number.isInteger(side)) return [1, side, side];
  throw new InputError(
    "learn.task.image",
    `This task needs images, shaped [channels, rows, columns], [rows, columns] or a flat square; the data's examples are shaped [${shape}].`,
  );
}

/** [B, ...shape] to [B, C, H, W]; see {@link imageShape}. */
export function asImages(x: np.Array, spec: DataSpec): np.Array {
  return x.reshape([x.shape[0], ...imageShape(spec)]);
}

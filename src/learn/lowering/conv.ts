/**
 * Convolutions. A traced training step holds three kinds, which ONNX Runtime likes to be told apart: the forward
 * one (`Conv`); the one for the input's gradient, whose kernel is flipped (`ConvTranspose`, half the time of a
 * `Conv` with the flipped kernel); and the one for the kernel's gradient, whose "kernel" is as large as the image
 * (a matrix product with the patches of the input; see `patches.ts`).
 */
import { size } from "../../data/examples.ts";
import type { Graph, Value } from "./graph.ts";
import { flip, isFlip, pad, reshape, transpose } from "./movement.ts";
import { patches } from "./patches.ts";
import { dilate } from "./pool.ts";
import { arrange, dense, reshapeView, transposeView, type View, viewOf } from "./view.ts";

/** Entries; 128 MB. Above it memory matters more than speed, and a `Conv` with the large kernel does. */
const largestPatches = 2 ** 25;

/** As in `lax.conv_general_dilated`; one entry per spatial axis. */
export interface ConvParameters {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/** [..., N, C, spatial] with [..., O, C, kernel] to [..., N, O, spatial]; the leading axes are vmapped. */
export function conv(graph: Graph, x: View, kernel: View, parameters: ConvParameters): View {
  if (parameters.vmapDims > 0) return vmappedConv(graph, x, kernel, parameters);
  const { strides, lhsDilation, rhsDilation, padding } = parameters;
  const out = outputShape(x.shape, kernel.shape, parameters);
  const plain = lhsDilation.every((n) => n === 1);
  const [taps, windows] = [size(out.slice(2)), size(kernel.shape.slice(2))];
  if (plain && taps < windows && taps * windows * x.shape[0] * x.shape[1] <= largestPatches) {
    return kernelGradient(graph, x, kernel, parameters, out);
  }
  const unit = strides.every((n) => n === 1);
  const flipped = isFlip(kernel.base) && kernel.shape[0] <= kernel.shape[1];
  if (unit && (!plain || flipped)) return viewOf(convTranspose(graph, x, kernel, parameters, out));
  const image = dilate(graph, dense(graph, x), 2, lhsDilation);
  return viewOf(
    plainConv(graph, image, dense(graph, kernel), { strides, rhsDilation, padding, group: 1 }, out),
  );
}

function outputShape(x: readonly number[], kernel: readonly number[], p: ConvParameters): number[] {
  const spatial = p.strides.map((stride, i) => {
    const inside = (x[2 + i] - 1) * p.lhsDilation[i] + 1 + p.padding[i][0] + p.padding[i][1];
    const reach = (kernel[2 + i] - 1) * p.rhsDilation[i] + 1;
    return Math.floor((inside - reach) / stride) + 1;
  });
  return [x[0], kernel[0], ...spatial];
}

interface PlainParameters {
  readonly strides: readonly number[];
  readonly rhsDilation: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly group: number;
}

function plainConv(
  graph: Graph,
  x: Value,
  kernel: Value,
  p: PlainParameters,
  shape: readonly number[],
): Value {
  // ONNX knows no negative padding.
  const cut = (side: 0 | 1) => [0, 0, ...p.padding.map((widths) => Math.min(0, widths[side]))];
  const kept = (side: 0 | 1) => p.padding.map((widths) => Math.max(0, widths[side]));
  const image = pad(graph, x, cut(0), cut(1));
  return graph.node("Conv", [image, kernel], {
    shape,
    type: "float32",
    attributes: {
      kernel_shape: kernel.shape.slice(2),
      strides: p.strides,
      dilations: p.rhsDilation,
      pads: [...kept(0), ...kept(1)],
      group: p.group,
    },
  });
}

/** A convolution at stride 1 over a dilated image is the transpose of a strided one with the flipped kernel. */
function convTranspose(
  graph: Graph,
  x: View,
  kernel: View,
  p: ConvParameters,
  out: readonly number[],
): Value {
  const spatial = p.strides.map((_, i) => 2 + i);
  const weights = flip(graph, arrange(graph, kernel, [1, 0, ...spatial]), spatial);
  const reach = spatial.map((axis, i) => (kernel.shape[axis] - 1) * p.rhsDilation[i]);
  const crop = (side: 0 | 1) => reach.map((n, i) => n - p.padding[i][side]);
  // Where the convolution pads beyond the kernel's reach there is nothing to gather: zeros.
  const beyond = (side: 0 | 1) => crop(side).map((n) => Math.max(0, -n));
  const [low, high] = [beyond(0), beyond(1)];
  const result = graph.node(
    "ConvTranspose",
    [dense(graph, x), reshape(graph, weights, [kernel.shape[1], kernel.shape[0], ...kernel.shape.slice(2)])],
    {
      shape: [...out.slice(0, 2), ...spatial.map((axis, i) => out[axis] - low[i] - high[i])],
      type: "float32",
      attributes: {
        kernel_shape: kernel.shape.slice(2),
        strides: p.lhsDilation,
        dilations: p.rhsDilation,
        pads: [...crop(0).map((n) => Math.max(0, n)), ...crop(1).map((n) => Math.max(0, n))],
      },
    },
  );
  return pad(graph, result, [0, 0, ...low], [0, 0, ...high]);
}

/**
 * out[n, o, i] = sum over c and k of x[n, c, i s + k d] kernel[o, c, k], where there are few i and many k: the
 * patches of x at the few offsets, times the kernel, summed over c (the batch of the forward pass).
 */
function kernelGradient(
  graph: Graph,
  x: View,
  kernel: View,
  p: ConvParameters,
  out: readonly number[],
): View {
  const spatial = p.strides.map((_, i) => 2 + i);
  const [n, o] = out;
  const window = out.slice(2);
  const c = x.shape[1];
  const positions = size(kernel.shape.slice(2));
  const image = reshape(graph, arrange(graph, x, [1, 0, ...spatial]), [c, n, ...x.shape.slice(2)]);
  const columns = patches(graph, image, {
    window,
    dilations: p.strides,
    strides: p.rhsDilation,
    counts: kernel.shape.slice(2),
    padding: p.padding,
  });
  const errors = reshape(graph, arrange(graph, kernel, [1, 0, ...spatial]), [c, o, positions]);
  const taps = size(window) * n;
  const products = graph.node("MatMul", [errors, transpose(graph, columns, [0, 2, 1])], {
    shape: [c, o, taps],
    type: "float32",
  });
  const sum = graph.node("ReduceSum", [products], {
    shape: [o, taps],
    type: "float32",
    attributes: { axes: [0], keepdims: 0 },
  });
  const base = viewOf(reshape(graph, sum, [o, ...window, n]));
  return transposeView(base, [1 + window.length, 0, ...window.map((_, i) => 1 + i)]);
}

/** Several convolutions at once: one with groups, or a larger one where either side is shared by all. */
function vmappedConv(graph: Graph, x: View, kernel: View, parameters: ConvParameters): View {
  const v = parameters.vmapDims;
  const lead = x.shape.slice(0, v).map((n, i) => Math.max(n, kernel.shape[i]));
  const many = size(lead);
  const inner = { ...parameters, vmapDims: 0 };
  const leadAxes = lead.map((_, i) => i);
  const shared = (view: View) => leadAxes.every((i) => view.axes[i] < 0);
  const grown = (view: View): View => ({ ...view, shape: [...lead, ...view.shape.slice(v)] });
  const single = (view: View): View => ({
    base: view.base,
    shape: view.shape.slice(v),
    axes: view.axes.slice(v),
  });
  const [n, c, ...spatial] = x.shape.slice(v);
  const [o, , ...taps] = kernel.shape.slice(v);
  if (shared(kernel)) {
    const result = conv(
      graph,
      reshapeView(graph, grown(x), [many * n, c, ...spatial]),
      single(kernel),
      inner,
    );
    return reshapeView(graph, result, [...lead, n, ...result.shape.slice(1)]);
  }
  const kernels = reshapeView(graph, grown(kernel), [many * o, c, ...taps]);
  let result: View;
  if (shared(x)) {
    result = conv(graph, single(x), kernels, inner);
  } else {
    const perm = [v, ...leadAxes, ...x.shape.slice(v + 1).map((_, i) => v + 1 + i)];
    const image = reshapeView(graph, transposeView(grown(x), perm), [n, many * c, ...spatial]);
    const shape = outputShape([n, many * c, ...spatial], kernels.shape, inner);
    const { strides, rhsDilation, padding } = inner;
    const dilated = dilate(graph, dense(graph, image), 2, inner.lhsDilation);
    result = viewOf(
      plainConv(graph, dilated, dense(graph, kernels), { strides, rhsDilation, padding, group: many }, shape),
    );
  }
  const split = reshapeView(graph, result, [n, ...lead, o, ...result.shape.slice(2)]);
  const rest = result.shape.slice(2).map((_, i) => 2 + v + i);
  return transposeView(split, [...leadAxes.map((i) => 1 + i), 0, 1 + v, ...rest]);
}

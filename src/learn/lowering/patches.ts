/**
 * Patches of images ("im2col"): for every tap of a window the image as that tap sees it. The forward convolution
 * and the kernel's gradient multiply with the same patches, so they are cut once.
 */
import { size } from "../../data/examples.ts";
import type { Graph, Value } from "./graph.ts";
import { concat, pad, reshape, slice } from "./movement.ts";

export interface PatchParameters {
  readonly window: readonly number[];
  /** Distance between taps. */
  readonly dilations: readonly number[];
  /** Distance between windows. */
  readonly strides: readonly number[];
  /** Number of windows along each axis. */
  readonly counts: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
}

/**
 * [B, C, spatial] to [B, taps * C, windows], taps in row-major order, windows in row-major order. As one node of
 * the graph; `expandPatches` writes it out in ONNX operators.
 */
export function patches(graph: Graph, image: Value, p: PatchParameters): Value {
  return graph.node("Patches", [image], {
    shape: [image.shape[0], size(p.window) * image.shape[1], size(p.counts)],
    type: image.type,
    attributes: {
      window: p.window,
      dilations: p.dilations,
      strides: p.strides,
      counts: p.counts,
      pads: [...p.padding.map(([low]) => low), ...p.padding.map(([, high]) => high)],
    },
  });
}

/** Axis by axis from the last one: n shifted slices, stacked along the channels. */
export function expandPatches(graph: Graph, node: Value): Value {
  const [image] = node.inputs as Value[];
  const of = (name: string) => node.attributes[name] as readonly number[];
  const [window, dilations, strides, counts, pads] = ["window", "dilations", "strides", "counts", "pads"].map(
    of,
  );
  const rank = window.length;
  let value = pad(graph, image, [0, 0, ...pads.slice(0, rank)], [0, 0, ...pads.slice(rank)]);
  for (let i = rank - 1; i >= 0; i--) {
    const shifted = Array.from({ length: window[i] }, (_, tap) => {
      const start = tap * dilations[i];
      const end = start + (counts[i] - 1) * strides[i] + 1;
      const ranges = value.shape.map((_, axis) => (axis === 2 + i ? { start, end, step: strides[i] } : null));
      return slice(graph, value, ranges);
    });
    value = concat(graph, shifted, 1);
  }
  return reshape(graph, value, node.shape);
}

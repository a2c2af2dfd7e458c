/**
 * A step as the body of an ONNX `Scan`: one run of the model makes as many steps as its inputs hold batches. The
 * state stays inside between them; handing a million parameters back to JavaScript after each step would cost as
 * much as a third of the step itself.
 */
import { encodeModelOf, graphProto } from "./encode.ts";
import type { Graph, Value } from "./graph.ts";
import { attributeTypes, onnxTypes, type ValueInfoProto } from "./onnx-schema.ts";

export interface ScanStep {
  readonly name: string;
  /** Leaves of the step; names begin with a stroke, which the model's own inputs do without. */
  readonly carry: readonly Value[];
  readonly inputs: readonly Value[];
  /** Leaves that are the same in every step, under the model's names. */
  readonly constants: readonly Value[];
  readonly newCarry: readonly Value[];
  readonly outputs: readonly Value[];
}

/** The model's bytes; `inputs` and `outputs` have a free leading axis in it. */
export function encodeScan(graph: Graph, step: ScanStep): Uint8Array {
  const results = [
    ...step.newCarry.map((value, i) => ({ name: `newCarry${i}`, value, stacked: false })),
    ...step.outputs.map((value, i) => ({ name: `output${i}`, value, stacked: true })),
  ];
  const leaves = [...step.carry, ...step.inputs];
  const body = graphProto(graph, {
    name: "step",
    inputs: leaves,
    outputs: results.map(({ name, value }) => ({ name: `/${name}`, value })),
  });
  return encodeModelOf({
    name: step.name,
    initializer: [],
    input: [
      ...step.carry.map((value) => outerInfo(value, outerName(value), false)),
      ...step.constants.map((value) => outerInfo(value, value.name!, false)),
      ...step.inputs.map((value) => outerInfo(value, outerName(value), true)),
    ],
    output: results.map(({ name, value, stacked }) => outerInfo(value, name, stacked)),
    node: [
      {
        opType: "Scan",
        name: "scan",
        input: leaves.map(outerName),
        output: results.map(({ name }) => name),
        attribute: [
          { name: "body", g: body, type: attributeTypes.graph },
          { name: "num_scan_inputs", i: step.inputs.length, type: attributeTypes.int },
        ],
      },
    ],
  });
}

function outerName(leaf: Value): string {
  return leaf.name!.slice(1);
}

function outerInfo({ shape, type }: Value, name: string, stacked: boolean): ValueInfoProto {
  const dims = shape.map((dimValue) => ({ dimValue }));
  const dim = stacked ? [{ dimParam: "steps" }, ...dims] : dims;
  return { name, type: { tensorType: { elemType: onnxTypes[type], shape: { dim } } } };
}

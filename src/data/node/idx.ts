import { InputError } from "../../errors.ts";
import type { Examples } from "../examples.ts";
import { examplesFromIdx } from "../idx.ts";
import type { IdxSource } from "../sources.ts";
import { locate, readShared } from "./files.ts";

/** A pair of IDX files, images and labels; see {@link examplesFromIdx}. */
export async function loadIdxPair(images: string, labels: string, classes?: number): Promise<Examples> {
  return examplesFromIdx(
    { bytes: await readShared(images), file: images },
    { bytes: await readShared(labels), file: labels },
    classes,
  );
}

/**
 * The user's own IDX files: training and, if there are any, held-out images, with the same number of classes.
 * @throws InputError `data.idx.test`, and all of {@link examplesFromIdx} and {@link readShared}
 */
export async function loadIdx(
  { idx }: IdxSource,
  baseFolder: string,
): Promise<{ train: Examples; test: Examples | undefined }> {
  const train = await loadIdxPair(locate(idx.images, baseFolder), locate(idx.labels, baseFolder));
  if (idx.testImages === undefined && idx.testLabels === undefined) return { train, test: undefined };
  if (idx.testImages === undefined || idx.testLabels === undefined) {
    throw new InputError(
      "data.idx.test",
      "data.idx needs both testImages and testLabels, or neither: add the one that is missing.",
      { at: "data.idx" },
    );
  }
  const images = locate(idx.testImages, baseFolder);
  const test = await loadIdxPair(images, locate(idx.testLabels, baseFolder), train.classes);
  if (test.shape.join() !== train.shape.join()) {
    throw new InputError(
      "data.idx.test",
      `${images} holds images of shape ${test.shape.join(" x ")}, but the training images are ${train.shape.join(" x ")}.`,
      { at: images },
    );
  }
  return { train, test };
}

import { expect, test } from "vitest";
import { np } from "./index.ts";
import { argmaxHits, softmaxCrossEntropy } from "./scores.ts";

function logits(): np.Array {
  return np.array([
    [1, 2, 3],
    [1000, 0, -1000],
    [0.5, 0.5, 0.5],
  ]);
}

function labels(...y: number[]): np.Array {
  return np.array(Int32Array.from(y));
}

test("cross-entropy is PyTorch's, huge logits included", () => {
  // torch.nn.functional.cross_entropy(..., reduction="none")
  const expected = [0.4076059644443804, 1000, 1.0986122886681098];
  const losses = softmaxCrossEntropy(logits(), labels(2, 1, 0)).js() as number[];
  expect(losses).toEqual(expected.map((loss) => expect.closeTo(loss, 5)));
});

test("a hit is the largest logit, the first of equals; NaN hits nothing", () => {
  expect(argmaxHits(logits(), labels(2, 0, 0)).js()).toEqual([1, 1, 1]);
  expect(argmaxHits(logits(), labels(1, 1, 2)).js()).toEqual([0, 0, 0]);
  const broken = np.array([[Number.NaN, Number.NaN]]);
  expect(argmaxHits(broken.ref, labels(0)).js()).toEqual([0]);
  expect(argmaxHits(broken, labels(1)).js()).toEqual([0]);
});

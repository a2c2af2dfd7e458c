/**
 * Losses and scores per example, the defaults of every task. All follow jax-js's move semantics: the arguments
 * are used up.
 */
import { nn, numpy as np } from "@jax-js/jax";

/**
 * Softmax cross-entropy −log softmax(z)_y of each row, through the log-sum-exp of shifted logits, so that large
 * logits do not overflow. `logits` [B, C], `labels` int32 [B] in [0, C); gives [B].
 */
export function softmaxCrossEntropy(logits: np.Array, labels: np.Array): np.Array {
  const [, classes] = logits.shape;
  const logProbabilities = nn.logSoftmax(logits, 1);
  return np.negative(np.sum(np.where(labelMask(labels, classes), logProbabilities, 0), 1));
}

/** 1 where the largest logit is the label's (the first of equals), else 0; [B, C] and int32 [B] give [B]. */
export function argmaxHits(logits: np.Array, labels: np.Array): np.Array {
  return np.where(np.equal(np.argmax(logits, 1), labels), 1, 0).astype(np.float32);
}

/** [B, C], true at each row's label: a comparison, which every engine has, where one-hot rows would be a gather. */
function labelMask(labels: np.Array, classes: number): np.Array {
  const [batch] = labels.shape;
  return np.equal(labels.reshape([batch, 1]), np.arange(classes).reshape([1, classes]));
}

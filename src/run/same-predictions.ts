/**
 * Whether two accuracies on the same examples can come from the same model. The exported graph adds in another
 * order than the trained one, so an example whose two largest logits all but tie may fall either way: one example
 * in a thousand may differ, and always one. A wrongly exported model differs by far more.
 *
 * @param examples number of examples that both were measured on
 */
export function samePredictions(a: number, b: number, examples: number): boolean {
  return Math.round(Math.abs(a - b) * examples) <= Math.max(1, examples / 1000);
}

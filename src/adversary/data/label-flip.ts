import { shareLabels } from "../../data/allocate.ts";
import type { Examples } from "../../data/examples.ts";
import { checkClass } from "../checks.ts";

/** `mirror`: y becomes classes - 1 - y. Otherwise examples of one class are called another, the rest left alone. */
export type LabelFlip = "mirror" | { readonly from: number; readonly to: number };

/**
 * Examples with wrong labels, on which a corrupted client then trains like everyone else. The mirror is that of
 * the Byzantine literature (Karimireddy, He and Jaggi 2022); one class for another is from Tolpegin, Truex, Gursoy
 * and Liu, "Data poisoning attacks against federated learning systems" (ESORICS 2020). The adversary needs its own
 * data only.
 *
 * @returns a copy that shares the features, which nobody changes
 * @throws InputError `adversary.class`
 * @example flipLabels(examples, { from: 7, to: 1 })
 */
export function flipLabels(examples: Examples, flip: LabelFlip = "mirror"): Examples {
  const { classes, labels } = examples;
  if (flip === "mirror") return { ...examples, labels: shareLabels(labels.map((y) => classes - 1 - y)) };
  checkClass(flip.from, classes);
  checkClass(flip.to, classes);
  return { ...examples, labels: shareLabels(labels.map((y) => (y === flip.from ? flip.to : y))) };
}

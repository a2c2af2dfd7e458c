/** From a recipe's adversary to the attack that it names. A new attack is one more line here and in its schema list. */
import type { Attack } from "../adversary/attack.ts";
import { alieAttack, alieZMax } from "../adversary/attacks/alie.ts";
import { constantAttack } from "../adversary/attacks/constant.ts";
import { gaussianNoiseAttack } from "../adversary/attacks/gaussian-noise.ts";
import { innerProductAttack } from "../adversary/attacks/inner-product.ts";
import { mimicAttack } from "../adversary/attacks/mimic.ts";
import { minMaxAttack } from "../adversary/attacks/min-max.ts";
import { minSumAttack } from "../adversary/attacks/min-sum.ts";
import { modelReplacementAttack } from "../adversary/attacks/model-replacement.ts";
import { optimisedAttack } from "../adversary/attacks/optimised.ts";
import { signFlipAttack } from "../adversary/attacks/sign-flip.ts";
import { ruleOf } from "./rule-of.ts";
import type { Recipe } from "./schema.ts";

const constants = { zero: 0, nan: Number.NaN, infinity: Number.POSITIVE_INFINITY };

/** The attack on updates; undefined for adversaries that only train on other data, or train a backdoor. */
export function attackOf(recipe: Recipe): Attack | undefined {
  const { adversary, aggregator, server } = recipe;
  switch (adversary?.kind) {
    case "alie": {
      const { view, deviation, direction } = adversary;
      const z = adversary.z ?? largestZOf(recipe);
      return alieAttack({ z, view, ddof: ddofOf(deviation), sign: direction === "minus" ? -1 : 1 });
    }
    case "sign-flip":
      return signFlipAttack({ factor: adversary.scale });
    case "gaussian-noise": {
      const { deviation, around } = adversary;
      return gaussianNoiseAttack({ deviation, center: around === "mean" ? "mean" : 0 });
    }
    case "inner-product":
      return innerProductAttack(adversary);
    case "mimic":
      return mimicAttack(adversary.warmup > 0 ? { warmUp: adversary.warmup } : {});
    case "min-max":
      return minMaxAttack(adversary);
    case "min-sum":
      return minSumAttack(adversary);
    case "constant":
      return constantAttack({ value: constants[adversary.value] });
    case "optimized":
      return optimisedAttack({ family: adversary.base, rule: ruleOf(aggregator) });
    case "model-replacement": {
      const { bound: norm } = adversary;
      return modelReplacementAttack({ rate: server.optimizer.rate, ...(norm !== undefined && { norm }) });
    }
    default:
      return undefined;
  }
}

/** z_max of all clients and of those corrupted: who drops out in a round does not change it. */
export function largestZOf(recipe: Recipe): number {
  return alieZMax(recipe.clients, corruptedClients(recipe));
}

/** How many clients are corrupted. */
export function corruptedClients({ adversary, clients }: Pick<Recipe, "adversary" | "clients">): number {
  return Math.round((adversary?.fraction ?? 0) * clients);
}

/** What is subtracted from the count in a deviation. */
export function ddofOf(deviation: "population" | "sample"): 0 | 1 {
  return deviation === "population" ? 0 : 1;
}

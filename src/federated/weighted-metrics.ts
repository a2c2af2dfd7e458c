import type { ContributionMetrics } from "./protocol.ts";

/** Example-weighted means of what clients measured on their own data. */
export class WeightedMetrics {
  readonly #sums = { accuracy: 0, loss: 0 };
  readonly #examples = { accuracy: 0, loss: 0 };

  add(metrics: { accuracy?: number | undefined; loss?: number | undefined }, examples: number): void {
    for (const name of ["accuracy", "loss"] as const) {
      const value = metrics[name];
      if (value === undefined) continue;
      this.#sums[name] += value * examples;
      this.#examples[name] += examples;
    }
  }

  means(): ContributionMetrics {
    const mean = (name: "accuracy" | "loss") =>
      this.#examples[name] === 0 ? {} : { [name]: this.#sums[name] / this.#examples[name] };
    return { ...mean("accuracy"), ...mean("loss") };
  }
}

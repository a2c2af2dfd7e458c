import { InputError } from "../../errors.ts";

/** Refuses a setting that is no whole number of at least `least`. */
export function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InputError(
    "aggregation.setting",
    `${name} is ${value} where a whole number of at least ${least} is needed.`,
    { at: name },
  );
}

/** Refuses a setting that is no finite number above 0. */
export function checkPositive(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new InputError("aggregation.setting", `${name} is ${value} where a number above 0 is needed.`, {
    at: name,
  });
}

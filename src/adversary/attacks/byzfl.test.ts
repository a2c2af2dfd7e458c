import { expect, test } from "vitest";
import fixtures from "../../aggregation/testing/byzfl-fixtures.json" with { type: "json" };
import { gap } from "../testing/nine-honest.ts";
import { alie } from "./alie.ts";
import { innerProduct } from "./inner-product.ts";
import { mimic } from "./mimic.ts";
import { signFlip } from "./sign-flip.ts";

type Rows = readonly Float32Array[];

/** The same attack here, with the settings that ByzFL was given. */
const ours: Record<string, (honest: Rows, byzantine: number, settings: Settings) => Float32Array[]> = {
  SignFlipping: (honest, byzantine) => signFlip(honest, { byzantine }),
  InnerProductManipulation: (honest, byzantine, { tau }) =>
    innerProduct(honest, { byzantine, epsilon: tau! }),
  ALittleIsEnough: (honest, byzantine, { tau }) => alie(honest, { byzantine, z: tau!, sign: 1, ddof: 1 }),
  Mimic: (honest, byzantine, { epsilon }) => mimic(honest, { byzantine, row: epsilon! }),
};

interface Settings {
  readonly tau?: number;
  readonly epsilon?: number;
}

const cases = fixtures.cases.flatMap(({ n, f, rows, attacks }) =>
  attacks.map(({ name, settings, result }) => ({ n, f, rows, name, settings: settings as Settings, result })),
);

test.each(cases)("$name $settings of ByzFL, $f of $n", ({ n, f, rows, name, settings, result }) => {
  const honest = rows.slice(0, n - f).map((row) => Float32Array.from(row));
  const sent = ours[name](honest, f, settings);
  expect(sent).toHaveLength(f);
  // Ours is rounded to 32 bits.
  const size = Math.max(1, ...result.map(Math.abs));
  for (const vector of sent) expect(gap(vector, result)).toBeLessThan(1e-6 * size);
});

import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { elevenRows, expectClose, normalRows } from "../testing/rows.ts";
import { applyRule } from "./apply-rule.ts";
import { foolsGold, foolsGoldRule, foolsGoldWeights } from "./fools-gold.ts";

const random = SimulationRandom.fromSeed(1);

describe("fools gold", () => {
  it("trusts the one that is unlike the honest ones, its known failure", () => {
    expect(foolsGoldWeights(elevenRows)).toEqual(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    expectClose(
      foolsGold(elevenRows),
      elevenRows[10].map((x) => x / 11),
    );
    expect(applyRule(foolsGoldRule(), elevenRows)).toMatchObject({ selected: [10], figures: { weight: 1 } });
  });

  it("leaves out sybils where honest clients differ", () => {
    // Orthogonal honest updates and three sybils with a common goal.
    const honest = [0, 1, 2, 3].map((i) => Float32Array.from({ length: 6 }, (_, j) => (i === j ? 1 : 0)));
    const sybils = [1, 1.01, 0.99].map((x) => Float32Array.of(0, 0, 0, 0, x, 1));
    const weights = foolsGoldWeights([...honest, ...sybils]);
    expect([...weights]).toEqual([1, 1, 1, 1, 0, 0, 0]);
  });

  it("forgives honest clients their likeness to sybils, who are more alike", () => {
    const honest = [Float32Array.of(0, 0, 1, 0), Float32Array.of(1, 0, 0, 0)];
    const sybils = [0.1, -0.1].map((x) => Float32Array.of(0.5, 0.866, 0, x));
    // The likeness of 0.5 to the sybils alone would leave the second a weight of about ln(1) + 0.5.
    expect([...foolsGoldWeights([...honest, ...sybils])]).toEqual([1, 1, 0, 0]);
  });

  it("remembers each client's updates by name", () => {
    const rule = foolsGoldRule();
    const rows = normalRows(2, 3, 8);
    const { state } = rule.combine({ rows: [rows[0], rows[1]], clients: ["a", "c"], random });
    const again = rule.combine({ rows: [rows[0], rows[2]], clients: ["b", "c"], random, state });
    const sums = new Map(again.state?.map(({ client, sum }) => [client, sum]));
    expect([...sums.keys()].sort()).toEqual(["a", "b", "c"]);
    expectClose(
      sums.get("c")!,
      rows[1].map((x, j) => x + rows[2][j]),
    );
    expect(sums.get("a")).toEqual(rows[0]);
    expect(sums.get("a")).not.toBe(rows[0]);
  });

  it("bears updates of zero and opposite ones", () => {
    const rows = [Float32Array.of(0, 0), Float32Array.of(1, 0), Float32Array.of(-1, 0)];
    expect([...foolsGoldWeights(rows)]).toEqual([1, 1, 1]);
    const threeWays = [Float32Array.of(-1, -1), Float32Array.of(1, 0), Float32Array.of(0, 1)];
    expect([...foolsGoldWeights(threeWays)]).toEqual([1, 1, 1]);
    const same = [rows[1], rows[1]];
    expect([...foolsGoldWeights(same)]).toEqual([0, 0]);
    expect(foolsGold(same)).toEqual(new Float32Array(2));
  });
});

import { describe, expect, it } from "vitest";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { applyRule } from "./apply-rule.ts";
import { fltrust, fltrustRule } from "./fltrust.ts";

describe("fltrust", () => {
  it("weighs updates by their cosine and gives them the reference's norm", () => {
    const reference = Float32Array.of(2, 0);
    const updates = [Float32Array.of(3, 4), Float32Array.of(10, 0), Float32Array.of(-1, 0)];
    // Trust 0.6, 1, 0; at norm 2: (1.2, 1.6) and (2, 0).
    expectClose(fltrust(updates, { reference }), [(0.6 * 1.2 + 2) / 1.6, (0.6 * 1.6) / 1.6], 1e-6);
    const { selected, figures } = applyRule(fltrustRule(), updates, { reference });
    expect(selected).toEqual([0, 1]);
    expect(figures?.trust).toBeCloseTo(1.6 / 3, 9);
  });

  it("leaves out the plain attacker of eleven updates and bears huge ones", () => {
    const reference = elevenRows[2];
    expect(applyRule(fltrustRule(), elevenRows, { reference }).selected).not.toContain(10);
    const huge = reference.map((x) => -1e30 * x);
    const honest = elevenRows.slice(0, 9);
    const attacked = fltrust([...honest, huge, huge], { reference });
    expectClose(attacked, fltrust(honest, { reference }));
    // Any length counts as the reference's.
    const grown = honest.map((row) => row.map((x) => 1e30 * x));
    expectClose(fltrust(grown, { reference }), fltrust(honest, { reference }));
  });

  it("changes nothing where nobody is trusted", () => {
    const [one, other] = [Float32Array.of(1, 0), Float32Array.of(-1, 0)];
    expect(fltrust([one, one], { reference: other })).toEqual(new Float32Array(2));
    expect(fltrust([one, new Float32Array(2)], { reference: new Float32Array(2) })).toEqual(
      new Float32Array(2),
    );
    expect(fltrust([new Float32Array(2)], { reference: one })).toEqual(new Float32Array(2));
  });

  it("does not go without a reference", () => {
    expect(fltrustRule().usesReference).toBe(true);
    expect(() => applyRule(fltrustRule(), elevenRows)).toThrow(/server's own update and got none/);
    expect(() => fltrust(elevenRows, { reference: new Float32Array(3) })).toThrow(
      /reference has 3 entries where 5/,
    );
  });
});

import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { elevenRows, expectClose, normalRows } from "../testing/rows.ts";
import { slowMean } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { type AurorState, auror, aurorRule } from "./auror.ts";

const random = SimulationRandom.fromSeed(1);

describe("auror", () => {
  it("excludes the plain one of eleven updates as numpy does", () => {
    const { update, selected, figures } = applyRule(aurorRule({ threshold: 2 }), elevenRows);
    expectClose(update, [0.871, -0.55, 0.428, 1.84, -1.557]);
    expect(selected).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(figures).toEqual({ indicative: 4 });
    // The widest gap is 5.84, the narrowest 1.3825.
    expect(applyRule(aurorRule({ threshold: 1.38 }), elevenRows).figures).toEqual({ indicative: 5 });
    expect(applyRule(aurorRule({ threshold: 5.85 }), elevenRows).figures).toEqual({ indicative: 0 });
  });

  it("keeps everybody when no entry is indicative", () => {
    expectClose(auror(elevenRows, { threshold: 100 }), slowMean(elevenRows));
  });

  it("looks at the last entries only when told so", () => {
    const rows = elevenRows.map((row) => Float32Array.of(...row, 0.1 * row[0]));
    // The gaps are 1.3825, 2.55, 2.428, 5.84, 2.557 and 0.13825.
    const indicative = (features: number) =>
      applyRule(aurorRule({ threshold: 2.555, features }), rows).figures?.indicative;
    expect([1, 2, 3, 6].map(indicative)).toEqual([0, 1, 2, 2]);
  });

  it("counts nobody where the clusters are equally large, and nothing where all values are equal", () => {
    const rows = [0, 0, 5, 5].map((x) => Float32Array.of(x, 1));
    const { selected, figures } = applyRule(aurorRule({ threshold: 2 }), rows);
    expect(figures).toEqual({ indicative: 1 });
    expect(selected).toEqual([0, 1, 2, 3]);
  });

  it("follows clients by name: who was found in the first rounds stays out, who comes later is not judged", () => {
    const rule = aurorRule({ threshold: 3, rounds: 2 });
    const round = (clients: string[], evil: string[], seed: number, state: AurorState | undefined) => {
      const honest = normalRows(seed, clients.length, 6, () => 0.1);
      const rows = honest.map((row, i) => (evil.includes(clients[i]) ? row.map((x) => x + 5) : row));
      const { selected = [], state: next } = rule.combine({ rows, clients, random, state });
      return { kept: selected.map((i) => clients[i]), next };
    };

    // b attacks in one round of two: in half of the indicative entries, which is not more than half.
    const first = round(["a", "b", "c", "d", "e", "f", "g"], ["a", "b"], 1, undefined);
    expect(first.kept).toEqual(["c", "d", "e", "f", "g"]);
    const second = round(["a", "b", "c", "d", "e", "f", "g"], ["a"], 2, first.next);
    expect(second.kept).toEqual(["b", "c", "d", "e", "f", "g"]);

    const third = round(["a", "c", "d", "z"], ["z"], 3, JSON.parse(JSON.stringify(second.next)));
    expect(third.kept).toEqual(["c", "d", "z"]);
    expect(third.next?.rounds).toBe(2);
  });

  it("changes nothing when only excluded clients come", () => {
    const rule = aurorRule({ threshold: 2, rounds: 1 });
    const names = elevenRows.map((_, i) => `client-${10 + i}`);
    const { state } = rule.combine({ rows: elevenRows, clients: names, random });
    const input = { rows: [elevenRows[10]], clients: ["client-20"], random, state };
    expect(rule.combine(input)).toMatchObject({ update: new Float32Array(5), selected: [] });
  });

  it("asks for an honest majority and possible settings", () => {
    expect(aurorRule({ threshold: 1 })).toMatchObject({ needs: 3, condition: "n >= 2f + 1" });
    expect(() => aurorRule({ threshold: 0 })).toThrow(/threshold is 0/);
    expect(() => aurorRule({ threshold: 1, features: 0 })).toThrow(/features is 0/);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteBudget, type Reservation } from "./byte-budget.ts";

/** A budget and the order in which it granted. */
function budgetOf(capacity: number) {
  const budget = new ByteBudget(capacity);
  const granted: string[] = [];
  const reserve = (name: string, bytes: number) => budget.reserve(bytes, () => granted.push(name));
  return { budget, granted, reserve };
}

describe("a budget of bytes", () => {
  test("grants at once while there is room, and then in the order of asking", () => {
    const { budget, granted, reserve } = budgetOf(10);
    const a = reserve("a", 6);
    const b = reserve("b", 4);
    reserve("large", 9);
    reserve("small", 1);
    expect(granted).toEqual(["a", "b"]);
    expect(budget.used).toBe(10);
    // The small one would fit, but it came later.
    b.release();
    expect(granted).toEqual(["a", "b"]);
    a.release();
    expect(granted).toEqual(["a", "b", "large", "small"]);
    expect(budget.used).toBe(10);
  });

  test("grants more than there is to a single one, alone", () => {
    const { budget, granted, reserve } = budgetOf(10);
    const a = reserve("a", 1);
    const huge = reserve("huge", 1000);
    const b = reserve("b", 1);
    expect(granted).toEqual(["a"]);
    a.release();
    expect(granted).toEqual(["a", "huge"]);
    expect(budget.used).toBe(1000);
    huge.release();
    expect(granted).toEqual(["a", "huge", "b"]);
    b.release();
    expect(budget.used).toBe(0);
  });

  test("takes parked bytes back only for somebody who waits, the longest parked first", () => {
    const { budget, granted, reserve } = budgetOf(10);
    const reclaimed: string[] = [];
    for (const name of ["a", "b", "c"]) reserve(name, 3).park(() => reclaimed.push(name));
    expect(reclaimed).toEqual([]);
    expect(budget.used).toBe(9);
    reserve("d", 4);
    expect(reclaimed).toEqual(["a"]);
    reserve("e", 3);
    expect(reclaimed).toEqual(["a", "b"]);
    expect(granted).toEqual(["a", "b", "c", "d", "e"]);
    expect(budget.used).toBe(10);
  });

  test("leaves what is needed again alone", () => {
    const { granted, reserve } = budgetOf(10);
    const a = reserve("a", 10);
    a.park(() => expect.unreachable());
    a.unpark();
    reserve("b", 1);
    expect(granted).toEqual(["a"]);
    a.release();
    expect(granted).toEqual(["a", "b"]);
  });

  test("parking while somebody waits gives way at once", () => {
    const { granted, reserve } = budgetOf(10);
    const a = reserve("a", 10);
    reserve("b", 1);
    let reclaimed = 0;
    a.park(() => reclaimed++);
    expect([granted, reclaimed]).toEqual([["a", "b"], 1]);
    // What was taken back stays so.
    a.unpark();
    a.release();
    expect(granted).toEqual(["a", "b"]);
  });

  test("forgets whoever gives up waiting, and ignores a second release", () => {
    const { budget, granted, reserve } = budgetOf(10);
    const a = reserve("a", 10);
    const b = reserve("b", 10);
    reserve("c", 10);
    b.release();
    b.release();
    a.release();
    a.release();
    expect(granted).toEqual(["a", "c"]);
    expect(budget.used).toBe(10);
  });

  test("takes back very many parked ones for one", () => {
    const { budget, granted, reserve } = budgetOf(20_000);
    let reclaimed = 0;
    for (let i = 0; i < 20_000; i++) reserve("little", 1).park(() => reclaimed++);
    reserve("large", 20_000);
    expect(granted.at(-1)).toBe("large");
    expect([reclaimed, budget.used]).toEqual([20_000, 20_000]);
  });

  test("keeps its promises whatever happens in whatever order", () => {
    const step = fc.record({
      act: fc.constantFrom("reserve", "release", "park", "unpark"),
      bytes: fc.integer({ min: 1, max: 15 }),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new ByteBudget(10);
        const held = new Map<number, number>();
        const all: Reservation[] = [];
        const asked: number[] = [];
        let latest = -1;
        for (const { act, bytes, which } of steps) {
          const chosen = which % Math.max(1, all.length);
          if (act === "reserve") {
            const id = all.length;
            // The answer may come before the reservation is known.
            const reservation = budget.reserve(bytes, () => {
              expect(id).toBeGreaterThan(latest);
              latest = id;
              held.set(id, bytes);
            });
            all.push(reservation);
            asked.push(id);
          } else if (act === "release") {
            all[chosen]?.release();
            held.delete(chosen);
          } else if (act === "park") all[chosen]?.park(() => held.delete(chosen));
          else all[chosen]?.unpark();
          const total = [...held.values()].reduce((sum, each) => sum + each, 0);
          expect(budget.used).toBe(total);
          if (held.size > 1) expect(total).toBeLessThanOrEqual(10);
        }
        for (const reservation of all) reservation.release();
        expect(budget.used).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

/** The slow, obviously correct queue: a list that is sorted before every look. */
class SortedList {
  entries: { time: number; rank: number; sequence: number; item: number }[] = [];
  next = 0;

  push(time: number, item: number, rank: number) {
    this.entries.push({ time, rank, sequence: this.next, item });
    return this.next++;
  }

  sorted() {
    return this.entries.toSorted((a, b) => a.time - b.time || a.rank - b.rank || a.sequence - b.sequence);
  }

  remove(sequence: number) {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.sequence !== sequence);
    return this.entries.length < before;
  }
}

const operation = fc.oneof(
  // Few distinct times, so that ties are common.
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("push" as const), value: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pop" as const), value: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), value: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("removeWhere" as const), value: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const), value: fc.constant(0) }) },
);

describe("EventQueue", () => {
  it("behaves like a sorted list under any sequence of operations", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        let queue = new EventQueue<number>();
        const list = new SortedList();
        for (const [item, { kind, value }] of operations.entries()) {
          if (kind === "push") {
            const time = value >> 1;
            const rank = value % 2;
            expect(queue.push(time, item, rank)).toBe(list.push(time, item, rank));
          } else if (kind === "pop") {
            const first = list.sorted()[0];
            expect(queue.peek()).toEqual(first);
            expect(queue.pop()).toEqual(first);
            if (first !== undefined) list.remove(first.sequence);
          } else if (kind === "cancel") {
            expect(queue.cancel(value)).toBe(list.remove(value));
          } else if (kind === "removeWhere") {
            const doomed = list.entries.filter((entry) => entry.item % 5 === value);
            expect(queue.removeWhere((entry) => entry.item % 5 === value)).toBe(doomed.length);
            for (const { sequence } of doomed) list.remove(sequence);
          } else {
            queue = EventQueue.restore(queue.snapshot());
          }
          expect(queue.size).toBe(list.entries.length);
        }
        expect(queue.entries()).toEqual(list.sorted());
        expect(drain(queue)).toEqual(list.sorted().map(({ item }) => item));
      }),
      { numRuns: 500 },
    );
  });

  it("sorts many random times, ties first in, first out", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1000, maxLength: 3000 }), (times) => {
        const queue = new EventQueue<number>();
        for (const time of times) queue.push(time, time);
        expect(drain(queue)).toEqual(times.toSorted((a, b) => a - b));
      }),
      { numRuns: 20 },
    );
  });

  it("stays small when nearly everything is cancelled", () => {
    const queue = new EventQueue<number>();
    const kept = queue.push(1e9, -1);
    for (let i = 0; i < 100_000; i++) queue.cancel(queue.push(i, i));
    expect(queue.entries()).toEqual([{ time: 1e9, rank: 0, sequence: kept, item: -1 }]);
    expect(queue.pop()?.item).toBe(-1);
    expect(queue.pop()).toBeUndefined();
  });

  it("gives a restored queue fresh sequence numbers", () => {
    const queue = new EventQueue<string>();
    const stale = queue.push(1, "popped");
    queue.pop();
    const restored = EventQueue.restore(structuredClone(queue.snapshot()));
    const fresh = restored.push(2, "later");
    expect(fresh).not.toBe(stale);
    expect(restored.cancel(stale)).toBe(false);
    expect(restored.size).toBe(1);
  });

  it("refuses times that are not finite", () => {
    const queue = new EventQueue<string>();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => queue.push(time, "never")).toThrowError(
        expect.objectContaining({ code: "simulation.time" }),
      );
    }
    expect(queue.size).toBe(0);
  });
});

function drain(queue: EventQueue<number>): number[] {
  const items: number[] = [];
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) items.push(entry.item);
  return items;
}

import { expect, test } from "vitest";
import { OwnModel } from "./own-model.ts";

const initial = Float32Array.of(0);
const better = Float32Array.of(1);

test("a proposal counts when the round is closed and says so", () => {
  const own = new OwnModel(initial);
  own.propose({ round: 1, attempt: 1 }, better);
  expect(own.current).toBe(initial);
  expect(own.newest).toBe(better);
  own.settle(true);
  expect(own.current).toBe(better);
});

test("a proposal of a round that failed is forgotten", () => {
  const own = new OwnModel(initial);
  own.propose({ round: 1, attempt: 1 }, better);
  own.settle(false);
  expect(own.newest).toBe(initial);
});

test("without a word a later round says that the proposal counts, and a new attempt that it does not", () => {
  const later = new OwnModel(initial);
  later.propose({ round: 1, attempt: 1 }, better);
  later.begin({ round: 2, attempt: 1 });
  expect(later.current).toBe(better);
  const again = new OwnModel(initial);
  again.propose({ round: 1, attempt: 1 }, better);
  again.begin({ round: 1, attempt: 2 });
  expect(again.current).toBe(initial);
});

test("its state survives", () => {
  const own = new OwnModel(initial);
  own.propose({ round: 1, attempt: 1 }, better);
  const restored = new OwnModel(Float32Array.of(7));
  restored.restore(structuredClone(own.snapshot()));
  restored.settle(true);
  expect(restored.current).toEqual(better);
});

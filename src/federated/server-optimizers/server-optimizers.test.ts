import { expect, test } from "vitest";
import { scaffoldUpdate } from "../control-variates.ts";
import { serverAdaptive } from "./adaptive.ts";
import { serverMomentum } from "./momentum.ts";
import { serverScaffold } from "./scaffold.ts";
import type { ServerOptimizer } from "./server-optimizer.ts";

function step(optimizer: ServerOptimizer, update: number[], model = [0], share = 1) {
  const x = Float32Array.from(model);
  return optimizer.apply({
    model: x,
    update: Float32Array.from(update),
    state: optimizer.start(x.length),
    share,
  });
}

test.each([
  ["adam", 0.0980202],
  ["yogi", 0.09802],
  ["adagrad", 0.00998],
] as const)("first step of Fed%s with D = 0.5, eta = 0.1, beta1 = 0.9, v0 = 1e-6", (kind, expected) => {
  const optimizer = serverAdaptive({ kind, rate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 });
  expect(step(optimizer, [0.5]).model[0]).toBeCloseTo(expected, 6);
});

test("averaging adds the update, momentum remembers it", () => {
  expect(step(serverMomentum({ rate: 1, momentum: 0 }), [2.5], [1]).model).toEqual(Float32Array.of(3.5));
  const heavy = serverMomentum({ rate: 1, momentum: 0.5 });
  const first = step(heavy, [1]);
  const second = heavy.apply({ ...first, update: Float32Array.of(1), share: 1 });
  expect(second.model[0]).toBeCloseTo(1 + 1.5, 6);
});

test("SCAFFOLD option II: f = y^2, x = 1, c = 0.5, c_k = 0.3, rate 0.1, two steps", () => {
  const { update, clientControl } = scaffoldUpdate({
    moved: Float32Array.of(-0.396),
    serverControl: Float32Array.of(0.5),
    clientControl: Float32Array.of(0.3),
    steps: 2,
    rate: 0.1,
  });
  expect(clientControl[0]).toBeCloseTo(1.78, 6);
  expect(update[0]).toBeCloseTo(-0.396, 6);
  expect(update[1]).toBeCloseTo(1.48, 6);

  const { model, state } = step(serverScaffold({ rate: 1 }), [-0.396, 1.48], [1], 0.25);
  expect(model[0]).toBeCloseTo(0.604, 6);
  expect(state[0][0]).toBeCloseTo(0.37, 6);
});

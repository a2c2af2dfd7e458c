/** Every primitive on ONNX Runtime against jax-js itself, evaluated operation by operation. */
import { defaultDevice, grad, init, type Jaxpr, lax, nn, numpy as np, scipySpecial, vmap } from "@jax-js/jax";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { size } from "../../data/examples.ts";
import type { Program, TensorData, TensorSpec } from "../engine.ts";
import { openLowered } from "../node/onnx-engine.ts";
import { lower } from "./lower.ts";
import { primitives } from "./primitives.ts";
import { traceProgram } from "./trace.ts";

type Body = (...args: np.Array[]) => np.Array | np.Array[];

const float = (...shape: number[]): TensorSpec => ({ name: `x[${shape}]`, shape, type: "float32" });
const int = (...shape: number[]): TensorSpec => ({ name: `i[${shape}]`, shape, type: "int32" });

/** Reproducible entries: floats in about (-2, 2) with repeats, integers in [0, 4). */
function entries({ shape, type }: TensorSpec, seed = 1): TensorData {
  let state = seed * 7919 + 17;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) / 0x800000;
  };
  return type === "int32"
    ? Int32Array.from({ length: size(shape) }, () => Math.floor(next() * 4))
    : Float32Array.from({ length: size(shape) }, () => Math.round((next() * 4 - 2) * 16) / 16);
}

const met = new Set<string>();

/** A program without state whose outputs are the body's results; booleans leave as 0 and 1. */
function programOf(inputs: readonly TensorSpec[], body: Body): Program {
  const results = (args: np.Array[]) =>
    [body(...args)].flat().map((y) => (y.dtype === np.bool ? y.astype(np.int32) : y));
  const shapes = results(inputs.map((spec) => np.zeros([...spec.shape], { dtype: np[spec.type] })));
  const outputs = shapes.map((y, i): TensorSpec => {
    const spec = { name: `y${i}`, shape: y.shape, type: y.dtype as TensorSpec["type"] };
    y.dispose();
    return spec;
  });
  const apply: Program["apply"] = (_carry, _constants, args) => ({ carry: [], outputs: results(args) });
  return { name: "body", carry: [], constants: [], inputs, outputs, apply };
}

async function expectAgreement(
  inputs: readonly TensorSpec[],
  body: Body,
  { data = inputs.map((spec, i) => entries(spec, i + 1)), tolerance = 2e-5 } = {},
): Promise<void> {
  const program = programOf(inputs, body);
  for (const equation of traceProgram(program).equations as Jaxpr["eqns"]) met.add(equation.primitive);
  using ours = await openLowered(lower(program));
  ours.start([], []);
  const [actual, wanted] = [await ours.step(data), evaluate(program, data)];
  for (const [i, y] of wanted.entries()) {
    expect(actual[i].length).toBe(y.length);
    for (const [k, v] of y.entries()) {
      const off = Math.abs(actual[i][k] - v) / Math.max(1, Math.abs(v));
      if (!(off <= tolerance) && !Object.is(actual[i][k], v)) {
        expect.fail(
          `output ${i}[${k}] of [${program.outputs[i].shape}]: ${actual[i][k]} where jax-js has ${v}`,
        );
      }
    }
  }
}

/** The oracle: operation by operation on jax-js's plain JavaScript backend, without its compiler. */
function evaluate({ inputs, apply }: Program, data: readonly TensorData[]): TensorData[] {
  const arrays = inputs.map(({ shape, type }, i) =>
    np.array(data[i] as Float32Array<ArrayBuffer>, { shape: [...shape], dtype: np[type] }),
  );
  return apply([], [], arrays).outputs.map((y) => y.dataSync() as TensorData);
}

beforeAll(async () => {
  await init("cpu");
  defaultDevice("cpu");
});

describe("elementwise", () => {
  const unary: Record<string, (x: np.Array) => np.Array> = {
    neg: (x) => x.neg(),
    reciprocal: (x) => np.reciprocal(x.add(3)),
    floor: np.floor,
    ceil: np.ceil,
    stop_gradient: lax.stopGradient,
    sin: np.sin,
    cos: np.cos,
    asin: (x) => np.asin(x.mul(0.4)),
    atan: np.atan,
    exp: np.exp,
    log: (x) => np.log(x.add(2.5)),
    erf: lax.erf,
    erfc: lax.erfc,
    sqrt: (x) => np.sqrt(x.add(2)),
    "cast to int32": (x) => x.astype(np.int32),
    "cast to bool": (x) => x.astype(np.bool),
    relu: (x) => nn.relu(x),
    gelu: (x) => nn.gelu(x),
    softplus: (x) => nn.softplus(x),
    tanh: (x) => np.tanh(x),
    sigmoid: (x) => nn.sigmoid(x),
    logit: (x) => scipySpecial.logit(nn.sigmoid(x)),
  };
  test.each(Object.keys(unary))("%s", (name) => expectAgreement([float(3, 5)], unary[name]));

  const binary: Record<string, (x: np.Array, y: np.Array) => np.Array> = {
    add: (x, y) => x.add(y),
    sub: (x, y) => x.sub(y),
    mul: (x, y) => x.mul(y),
    div: (x, y) => x.div(y.add(2.5)),
    min: np.minimum,
    max: np.maximum,
    less: np.less,
    "less or equal": np.lessEqual,
    equal: np.equal,
    "not equal": np.notEqual,
    greater: np.greater,
  };
  test.each(Object.keys(binary))("%s of broadcast floats", async (name) => {
    await expectAgreement([float(3, 5), float(3, 5)], binary[name]);
    await expectAgreement([float(4, 1, 5), float(3, 1)], binary[name]);
    await expectAgreement([float(), float(2, 3)], binary[name]);
  });
  test.each(["add", "sub", "mul", "min", "max", "less", "equal", "not equal"])("%s of integers", (name) =>
    expectAgreement([int(3, 5), int(5)], binary[name]),
  );

  test("idiv and mod keep the sign of the numerator", async () => {
    const data = [Int32Array.of(7, -7, 6, -1, 0, 5), Int32Array.of(3, 3, -4, 2, 5, -5)];
    await expectAgreement([int(6), int(6)], (x, y) => [x.ref.div(y.ref), x.mod(y)], { data });
    const floats = data.map((x) => Float32Array.from(x, (v) => v + 0.5));
    await expectAgreement([float(6), float(6)], (x, y) => x.mod(y), { data: floats });
  });

  test("where, on floats, integers and booleans", async () => {
    await expectAgreement([float(3, 5), float(5)], (x, y) => np.where(np.less(x.ref, y.ref), x, y));
    await expectAgreement([int(4), int(4)], (x, y) => np.where(np.less(x.ref, y.ref), x, y));
    await expectAgreement([float(4), float(4)], (x, y) =>
      np.where(np.less(x.ref, y.ref), np.less(x, 0), np.less(y, 0)),
    );
    await expectAgreement([float(4, 3)], (x) =>
      np.where(np.less(x.ref, 0), 0, np.where(np.less(x.ref, 1), x, 1)),
    );
  });

  test("infinities and NaN pass through where, not through arithmetic", async () => {
    const data = [Float32Array.of(NaN, Infinity, -Infinity, 1)];
    await expectAgreement([float(4)], (x) => np.where(np.less(x.ref, 2), 0, x), { data });
    await expectAgreement([float(4)], (x) => np.where(np.isfinite(x.ref), x, 0), { data });
  });
});

describe("reductions", () => {
  const shapes = [[6], [3, 4], [2, 3, 4, 2]];
  test.each(["sum", "prod", "max", "min"] as const)("%s over any axes", async (name) => {
    for (const shape of shapes) {
      for (let subset = 1; subset < 2 ** shape.length; subset++) {
        const axes = shape.flatMap((_, i) => ((subset >> i) & 1 ? [i] : []));
        await expectAgreement([float(...shape)], (x) => x[name](axes));
      }
    }
  });
  test("of integers, booleans and broadcast arrays", async () => {
    await expectAgreement([int(3, 4)], (x) => [x.ref.sum(0), x.ref.max(1), x.min(0)]);
    await expectAgreement([float(3, 4)], (x) => [np.less(x.ref, 0).any(0), np.less(x, 0).all(1)]);
    await expectAgreement([float(3)], (x) => {
      const rows = np.broadcastTo(x, [4, 3]);
      return [rows.ref.sum(0), rows.ref.prod(0), rows.ref.max(0), rows.sum()];
    });
    await expectAgreement([float(4, 5)], (x) => [np.argmax(x.ref, 1), np.argmin(x, 0)]);
    await expectAgreement([float(4, 5)], (x) => [nn.logSoftmax(x.ref), np.var_(x, 1)]);
  });
});

describe("products", () => {
  test("matrix products in every orientation", async () => {
    await expectAgreement([float(4, 6), float(6, 3)], (x, y) => np.matmul(x, y));
    await expectAgreement([float(6, 4), float(6, 3)], (x, y) => np.matmul(x.transpose(), y));
    await expectAgreement([float(4, 6), float(3, 6)], (x, y) => np.matmul(x, y.transpose()));
    await expectAgreement([float(6, 4), float(3, 6)], (x, y) =>
      np.matmul(x.transpose(), y.transpose()).transpose(),
    );
    await expectAgreement([float(6), float(6)], (x, y) => np.dot(x, y));
    await expectAgreement([float(4, 6), float(6)], (x, y) => np.dot(x, y));
    await expectAgreement([float(5, 4, 6), float(5, 6, 3)], (x, y) => np.matmul(x, y));
    await expectAgreement([float(2, 5, 4, 6), float(5, 6, 3)], (x, y) => np.matmul(x, y));
    await expectAgreement([float(2, 5, 4), float(4, 3)], (x, y) => np.tensordot(x, y, 1));
    await expectAgreement([float(4), float(3)], (x, y) => np.outer(x, y));
    await expectAgreement([int(4, 3), int(3, 2)], (x, y) => np.matmul(x, y));
  });
  test("einsum", async () => {
    await expectAgreement([float(2, 3, 4), float(4, 3, 5)], (x, y) => np.einsum("abc,cbd->ad", x, y));
    await expectAgreement([float(3, 2, 4), float(5, 2, 4)], (x, y) => np.einsum("ibk,jbk->bij", x, y));
  });
  test("fused updates: scalars and sums join the product", async () => {
    await expectAgreement([float(4, 6), float(6, 3), float(4, 3)], (x, y, w) =>
      w.sub(np.matmul(x, y).mul(0.25).neg().mul(2)),
    );
    await expectAgreement([float(6, 4), float(6, 3), float(3, 4)], (x, y, w) =>
      w.sub(np.matmul(x.transpose(), y).transpose().mul(0.25)),
    );
    await expectAgreement([float(4, 6), float(6, 3), float(3)], (x, y, b) => {
      const product = np.matmul(x, y);
      return [product.ref.add(b.ref), product.sub(b)];
    });
    await expectAgreement([float(4, 6), float(6, 3), float(2, 4, 3)], (x, y, b) => np.matmul(x, y).add(b));
    await expectAgreement([float(4, 6), float(6, 3), float(4, 3)], (x, y, w) => w.sub(np.matmul(x, y)));
    await expectAgreement([float(4, 6), float(6, 3), float(4, 3)], (x, y, w) => np.matmul(x, y).sub(w));
  });
});

describe("convolutions", () => {
  const parameters = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    side: fc.integer({ min: 5, max: 8 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    low: fc.integer({ min: 0, max: 2 }),
    high: fc.integer({ min: 0, max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    spread: fc.integer({ min: 1, max: 2 }),
  });
  type Parameters = typeof parameters extends fc.Arbitrary<infer T> ? T : never;
  const convolution = (p: Parameters) => (x: np.Array, k: np.Array) =>
    lax.convGeneralDilated(
      x,
      k,
      [p.stride, 1],
      [
        [p.low, p.high],
        [1, 0],
      ],
      {
        rhsDilation: [1, p.dilation],
        lhsDilation: [p.spread, 1],
      },
    );

  test("forward and both gradients, for any stride, padding and dilation", async () => {
    await fc.assert(
      fc.asyncProperty(parameters, async (p) => {
        const x = float(p.batch, p.inputs, p.side, p.side);
        const k = float(p.outputs, p.inputs, p.kernel, p.kernel);
        await expectAgreement([x, k], convolution(p));
        await expectAgreement([x, k], (a, b) => gradients(convolution(p), a, b), { tolerance: 1e-4 });
      }),
      { numRuns: 25, seed: 4 },
    );
  });
  test("in one dimension, with a negative padding, and vmapped", async () => {
    await expectAgreement([float(2, 3, 9), float(4, 3, 3)], (x, k) =>
      lax.convGeneralDilated(x, k, [2], "SAME"),
    );
    await expectAgreement([float(2, 3, 9), float(4, 3, 3)], (x, k) =>
      lax.convGeneralDilated(x, k, [1], [[-2, 1]]),
    );
    const conv2 = (x: np.Array, k: np.Array) => lax.conv(x, k, [1, 1], "SAME");
    const [x, k] = [float(2, 2, 3, 6, 6), float(2, 4, 3, 3, 3)];
    await expectAgreement([x, k], (a, b) => vmap(conv2)(a, b));
    await expectAgreement([x, float(4, 3, 3, 3)], (a, b) => vmap(conv2, [0, null])(a, b));
    await expectAgreement([float(2, 3, 6, 6), k], (a, b) => vmap(conv2, [null, 0])(a, b));
  });
});

describe("pooling", () => {
  const cases: [number[], number[]][] = [
    [
      [2, 2],
      [2, 2],
    ],
    [
      [3, 2],
      [3, 2],
    ],
    [
      [3, 3],
      [2, 2],
    ],
    [
      [2, 2],
      [1, 1],
    ],
    [
      [2, 1],
      [3, 2],
    ],
  ];
  test.each(cases)("windows %j, strides %j, with their gradients", async (window, strides) => {
    for (const shape of [
      [2, 3, 6, 6],
      [1, 2, 7, 8],
    ]) {
      const max = (x: np.Array) => lax.reduceWindow(x, np.max, window, strides);
      const mean = (x: np.Array) => lax.reduceWindow(x, np.mean, window, strides);
      await expectAgreement([float(...shape)], (x) => [max(x.ref), mean(x)]);
      // Entries repeat, so ties are many: jax-js shares the gradient among them.
      await expectAgreement([float(...shape)], (x) => [...gradients(max, x.ref), ...gradients(mean, x)]);
      await expectAgreement([float(...shape)], (x) => gradients((z) => max(nn.relu(z)), x));
    }
  });
});

describe("movement", () => {
  test("transpose, broadcast, reshape, flip", async () => {
    await expectAgreement([float(2, 3, 4)], (x) => x.transpose([2, 0, 1]).reshape([4, 6]));
    await expectAgreement([float(2, 3, 4)], (x) => x.transpose([1, 0, 2]).reshape([3, 8]).transpose());
    await expectAgreement([float(3)], (x) => np.broadcastTo(x, [2, 4, 3]).reshape([8, 3]).mul(2));
    await expectAgreement([float(3, 1)], (x) => np.broadcastTo(x, [3, 4]).reshape([2, 6]));
    await expectAgreement([float(1, 3, 1)], (x) => x.reshape([3]));
    await expectAgreement([float(2, 3)], (x) => [np.flip(x.ref, 0), np.flip(x, [0, 1])]);
  });
  test("shrink, pad, concatenate, split", async () => {
    await expectAgreement([float(4, 5)], (x) => [x.ref.slice([1, 3], []), x.slice(2)]);
    await expectAgreement([float(4, 5)], (x) =>
      np.pad(x, [
        [1, 0],
        [2, 3],
      ]),
    );
    await expectAgreement([float(2, 3), float(2, 1)], (x, y) => np.concatenate([x, y], 1));
    await expectAgreement([float(2, 3), float(2, 3)], (x, y) => np.stack([x, y], 1));
    await expectAgreement([float(2, 6)], (x) => np.split(x, 3, 1));
  });
  test("reshapes of random views equal jax-js's", async () => {
    const factors = fc.array(fc.constantFrom(1, 2, 3), { minLength: 3, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(factors, fc.nat(), fc.nat(), async (shape, turn, cut) => {
        const perm = shape.map((_, i) => (i + turn) % shape.length);
        const flat = [size(shape.slice(0, cut % shape.length)), -1];
        await expectAgreement([float(...shape), float(...perm.map((i) => shape[i]))], (x, y) =>
          x.transpose(perm).add(y).reshape(flat).mul(3).transpose(),
        );
      }),
      { numRuns: 25, seed: 4 },
    );
  });
});

describe("indexing", () => {
  test("gather with its gradient (scatter)", async () => {
    await expectAgreement([float(4, 3), int(5)], (x, i) => np.take(x, i, 0));
    await expectAgreement([float(3, 4), int(2, 5)], (x, i) => np.take(x, i, 1));
    await expectAgreement([float(4, 6, 4), int(5), int(5)], (x, i, j) => x.slice(i, [], j));
    await expectAgreement([float(4, 4, 3), int(5), int(5)], (x, i, j) => x.slice(i, j));
    await expectAgreement([float(4, 3), int(5)], (x, i) => gradients((z) => np.take(z, i.ref, 0), x));
    await expectAgreement([float(3, 4, 2), int(5)], (x, i) => gradients((z) => np.take(z, i.ref, 1), x));
  });
  test("one-hot labels in both spellings", async () => {
    await expectAgreement([int(6)], (y) => nn.oneHot(y, 4));
    await expectAgreement([int(6)], (y) => np.equal(y.reshape([6, 1]), np.arange(4).astype(np.int32)));
  });
  test("sort and argsort", async () => {
    await expectAgreement([float(3, 7)], (x) => [np.sort(x.ref), np.argsort(x.ref), np.sort(x, 0)]);
  });
});

/** Gradients of the sum of squares of f, in each argument. */
function gradients(f: (...args: np.Array[]) => np.Array, ...args: np.Array[]): np.Array[] {
  const loss = (...values: np.Array[]) => np.square(f(...values)).sum();
  const argnums = args.map((_, i) => i);
  return grad(loss, { argnums })(...args) as unknown as np.Array[];
}

test("every primitive that the lowering knows was met", () => {
  expect(Object.keys(primitives).filter((name) => !met.has(name))).toEqual([]);
});

test("what it does not know is named in one sentence", () => {
  const program = programOf([float(3, 3)], (x) =>
    np.linalg.cholesky(np.matmul(x.ref, x.transpose()).add(np.eye(3))),
  );
  expect(() => lower(program)).toThrow(
    expect.objectContaining({
      code: "learn.lowering.primitive",
      message: expect.stringContaining('uses the jax-js operation "cholesky"'),
    }),
  );
  const unsigned = programOf([float(3)], (x) => x.astype(np.uint32).astype(np.float32));
  expect(() => lower(unsigned)).toThrow(expect.objectContaining({ code: "learn.lowering.type" }));
});

import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { build, type Rolldown } from "vite";
import { describe, expect, test } from "vitest";
import { CoterieError, InputError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../runtime/wire/safetensors.ts";
import { createProgramBundle } from "./create-program-bundle.ts";
import type { LoweredProgram } from "./lowered-program.ts";
import { trialOf } from "./probe-trial.ts";
import { decodeProgramBundle, encodeProgramBundle } from "./program-bundle.ts";
import { findTask } from "./tasks/registry.ts";
import type { LocalWork } from "./training.ts";

const { task } = findTask("mnist-mlp");
const spec = { shape: [1, 28, 28], classes: 10 };
const sgd: LocalWork = { epochs: 2, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } };
const bundle = createProgramBundle({ task, spec, work: sgd });
const bytes = encodeProgramBundle(bundle);

const works: [string, LocalWork, boolean][] = [
  ["plain", sgd, false],
  [
    "momentum, clipping and decay",
    { ...sgd, optimizer: { ...sgd.optimizer, momentum: 0.9, clip: 1, decay: 0.1 } },
    false,
  ],
  [
    "adam, proximal term and correction",
    { epochs: 1, batch: 8, optimizer: { kind: "adam", rate: 0.01, beta1: 0.8 }, proximal: 0.1 },
    true,
  ],
];

test.each(works)("a bundle comes back whole (%s)", (_, work, corrected) => {
  const sent = createProgramBundle({ task, spec, work, corrected });
  // In Node the models are Buffers, which are byte arrays by another name.
  const plain = (program: LoweredProgram) => ({ ...program, model: Uint8Array.from(program.model) });
  expect(decodeProgramBundle(encodeProgramBundle(sent))).toEqual({
    ...sent,
    training: plain(sent.training),
    evaluation: plain(sent.evaluation),
  });
});

test("how many things numbers can name comes with the bundle", () => {
  const data = { shape: [2], classes: 5, ranges: [5, 4] };
  const sent = createProgramBundle({ task: findTask("facts-distmult").task, spec: data, work: sgd });
  const received = decodeProgramBundle(encodeProgramBundle(sent));
  expect(received.data).toEqual(data);
  const features = Array.from(trialOf(received).single[0]);
  expect(new Set(features.filter((_, i) => i % 2 === 0))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(new Set(features.filter((_, i) => i % 2 === 1))).toEqual(new Set([0, 1, 2, 3]));
});

test("a bundle whose batch no client could hold is not sent", () => {
  const work = { ...sgd, batch: 1_000_000 };
  const huge = { ...bundle, work };
  expect(() => encodeProgramBundle(huge)).toThrow(
    expect.objectContaining({ code: "learn.bundle.format", message: expect.stringContaining("work.batch") }),
  );
});

test("a client reads and runs bundles without jax-js", async () => {
  const entries = ["program-bundle.ts", "bundle-trainer.ts", "probe.ts"];
  const input = entries.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, rolldownOptions: { input, preserveEntrySignatures: "strict" } },
  });
  const { output } = result as Rolldown.RolldownOutput;
  const modules = output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
  expect(modules.filter((id) => id.includes("/src/learn/")).length).toBeGreaterThan(entries.length);
  expect(
    modules.filter((id) => /jax|protobufjs|onnxruntime/.test(id.replace(/.*node_modules/, "node_modules"))),
  ).toEqual([]);
});

describe("bytes from strangers", () => {
  const parts = new Map(decodeSafetensors(bytes).tensors.map(({ name, data }) => [name, data as Uint8Array]));
  const json = JSON.parse(new TextDecoder().decode(parts.get("bundle.json")));

  const packed = (changed: Map<string, Uint8Array | Float32Array>) =>
    encodeSafetensors([...changed].map(([name, data]) => ({ name, shape: [data.length], data })));
  const described = (description: unknown) =>
    packed(new Map([...parts, ["bundle.json", new TextEncoder().encode(JSON.stringify(description))]]));
  const refused = (bytes: Uint8Array, said: string) =>
    expect(() => decodeProgramBundle(bytes)).toThrow(
      expect.objectContaining({ code: "learn.bundle.format", message: expect.stringContaining(said) }),
    );

  const slice = (name: string, shape: number[]) => ({ name, shape });
  const many = Array.from({ length: 5000 }, (_, i) => slice(`p${i}`, [1]));
  const wrong: [string, object, string][] = [
    ["another format", { format: 2 }, "format"],
    ["no task", { task: undefined }, "task"],
    ["a task's name that is none", { task: "<b>" }, "task"],
    ["unknown fields", { extra: 1 }, "extra"],
    ["an impossible shape", { data: { ...json.data, shape: [-1] } }, "data.shape"],
    ["a fractional shape", { data: { ...json.data, shape: [1.5] } }, "data.shape"],
    ["a shape too large", { data: { ...json.data, shape: [2 ** 20, 2 ** 20] } }, "data.shape"],
    ["too many dimensions", { data: { ...json.data, shape: Array(9).fill(1) } }, "data.shape"],
    ["more ranges than features", { data: { ...json.data, ranges: [5, 4] } }, "data.ranges"],
    ["an empty range", { data: { shape: [1], classes: 5, ranges: [0] } }, "data.ranges"],
    ["a range too large", { data: { shape: [1], classes: 5, ranges: [2 ** 24 + 1] } }, "data.ranges"],
    ["no parameters", { parameters: [] }, "parameters"],
    ["too many parameters", { parameters: many }, "parameters"],
    ["parameters of one name", { parameters: [slice("a", [1]), slice("a", [1])] }, "parameters"],
    [
      "parameters too large together",
      { parameters: [1, 2, 3].map((i) => slice(`p${i}`, [2 ** 27])) },
      "parameters",
    ],
    ["more state than an optimiser has", { state: [slice("s", [10 ** 6])] }, "state"],
    ["a batch too large", { work: { ...json.work, batch: 2 ** 30 } }, "work.batch"],
    ["an evaluation batch too large", { evaluationBatch: 2 ** 30 }, "evaluationBatch"],
    [
      "a step without direction",
      { work: { ...json.work, optimizer: { kind: "sgd", rate: 0 } } },
      "work.optimizer.rate",
    ],
    [
      "an unknown optimiser",
      { work: { ...json.work, optimizer: { kind: "magic", rate: 1 } } },
      "work.optimizer.kind",
    ],
  ];
  test.each(wrong)("with %s are refused", (_, change, said) => {
    refused(described({ ...json, ...change }), said);
  });

  test("without a part, with one too many, or with one of another type are refused", () => {
    for (const name of parts.keys()) {
      refused(packed(new Map([...parts].filter(([other]) => other !== name))), name);
    }
    refused(packed(new Map([...parts, ["more", new Uint8Array(1)]])), "parts");
    refused(
      packed(new Map<string, Uint8Array | Float32Array>([...parts, ["training.onnx", new Float32Array(1)]])),
      "training.onnx",
    );
  });

  test("with a description too long, too deep or not JSON are refused", () => {
    const withText = (text: string) =>
      packed(new Map([...parts, ["bundle.json", new TextEncoder().encode(text)]]));
    refused(withText(" ".repeat(2 ** 20 + 1)), "bytes");
    const codeOf = (text: string) => {
      try {
        decodeProgramBundle(withText(text));
      } catch (error) {
        return (error as CoterieError).code;
      }
    };
    expect(codeOf("[".repeat(1000))).toBe("frame.json.depth");
    expect(codeOf("nonsense")).toBe("frame.json.syntax");
    expect(codeOf('{"__proto__":1}')).toBe("frame.json.key");
    expect(codeOf('{"task":"a","task":"b"}')).toBe("frame.json.duplicate");
  });

  test("cut short or changed at any place give a bundle or an error of ours, nothing else", () => {
    const place = fc.nat({ max: bytes.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const hostile = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) hostile[at] ^= change;
        try {
          const { layout, training } = decodeProgramBundle(hostile);
          expect(training.carry.length).toBe(layout.slices.length);
          expect(cut).toBe(false);
        } catch (error) {
          if (!(error instanceof CoterieError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test("errors are the user's to see", () => {
    expect(() => decodeProgramBundle(described({ ...json, task: "" }))).toThrow(InputError);
  });
});

/**
 * The part of a program bundle that is neither a model nor a consequence of the rest: small JSON, checked on both
 * ends, since it decides how much memory a client sets aside.
 */
import { z } from "zod";
import { size } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import { quoted } from "../runtime/wire/frame-error.ts";
import { localWork } from "./local-work-schema.ts";

const MAX_TENSORS = 4096;
/** Largest tensor of a step, and of all parameters together: 1 GiB of float32, as much as a frame may carry. */
const MAX_ENTRIES = 2 ** 28;
/** Most things that a feature can number: so far float32 counts exactly. */
const MAX_RANGE = 2 ** 24;

const shape = z
  .array(z.int().min(1))
  .max(8)
  .refine((dimensions) => size(dimensions) <= MAX_ENTRIES, `must hold at most ${MAX_ENTRIES} numbers`);
const tensor = z.strictObject({ name: z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/), shape });

const description = z
  .strictObject({
    format: z.literal(1),
    task: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    data: z
      .strictObject({
        shape,
        classes: z.int().min(1).max(MAX_ENTRIES),
        ranges: z.array(z.int().min(1).max(MAX_RANGE)).exactOptional(),
      })
      .refine((data) => data.ranges === undefined || data.ranges.length === size(data.shape), {
        path: ["ranges"],
        message: "must have one number a feature",
      }),
    parameters: z.array(tensor).min(1).max(MAX_TENSORS),
    work: localWork,
    corrected: z.boolean(),
    /** The optimiser's state, float32. */
    state: z.array(tensor).max(2 * MAX_TENSORS + 2),
    evaluationBatch: z.int().min(1),
  })
  .refine(({ parameters }) => new Set(parameters.map(({ name }) => name)).size === parameters.length, {
    path: ["parameters"],
    message: "must have different names",
  })
  .refine(({ parameters }) => totalSize(parameters) <= MAX_ENTRIES, {
    path: ["parameters"],
    message: `must hold at most ${MAX_ENTRIES} numbers`,
  })
  .refine(({ parameters, state }) => totalSize(state) <= 2 * totalSize(parameters) + 2, {
    path: ["state"],
    message: "must hold at most two numbers per parameter",
  })
  .refine(({ data, work }) => work.batch * size(data.shape) <= MAX_ENTRIES, {
    path: ["work", "batch"],
    message: `must not make a batch hold more than ${MAX_ENTRIES} numbers`,
  })
  .refine(({ data, evaluationBatch }) => evaluationBatch * size(data.shape) <= MAX_ENTRIES, {
    path: ["evaluationBatch"],
    message: `must not make a batch hold more than ${MAX_ENTRIES} numbers`,
  });

export type BundleDescription = z.infer<typeof description>;

function totalSize(tensors: readonly { readonly shape: readonly number[] }[]): number {
  return tensors.reduce((sum, { shape }) => sum + size(shape), 0);
}

/**
 * The description that an unknown value is.
 *
 * @throws InputError `learn.bundle.format` for anything else, and for what no client could hold.
 */
export function checkedDescription(value: unknown): BundleDescription {
  const result = description.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  // The message may repeat names that the sender chose.
  throw malformed(`has a wrong ${quoted(path.join(".") || "description")} (${message.slice(0, 200)})`);
}

/** The error for a bundle that is not as it must be. */
export function malformed(what: string): InputError {
  return new InputError(
    "learn.bundle.format",
    `The program bundle ${what}; check the recipe's local work, or bring server and client to one release.`,
  );
}

/** The worker of the data's test. */
import type { DataPlan } from "../../../../src/data/data-plan.ts";
import { InputError } from "../../../../src/errors.ts";
import type { ClientFile } from "../client-file.ts";
import { readClientFiles } from "../read-client-files.ts";

/** Numbers instead of typed arrays, which do not reach the test as such. */
export interface Answer {
  readonly features: readonly number[];
  readonly labels: readonly number[];
  /** Labels of what is held out. */
  readonly heldOut?: readonly number[];
  readonly scale: number;
  readonly shape: readonly number[];
  readonly classes: number;
  readonly isShared: boolean;
  readonly notes: readonly string[];
  readonly failure?: { readonly code: string; readonly message: string };
}

const nothing = { features: [], labels: [], scale: 0, shape: [], classes: 0, isShared: false, notes: [] };

addEventListener("message", async ({ data }: MessageEvent<{ files: ClientFile[]; plan: DataPlan }>) => {
  postMessage(await answer(data.files, data.plan));
});

async function answer(files: readonly ClientFile[], plan: DataPlan): Promise<Answer> {
  try {
    const { examples, heldOut, notes } = await readClientFiles(files, plan);
    return {
      ...examples,
      features: Array.from(examples.features),
      labels: Array.from(examples.labels),
      ...(heldOut && { heldOut: Array.from(heldOut.labels) }),
      isShared: examples.labels.buffer instanceof SharedArrayBuffer,
      notes,
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...nothing, failure: { code: error.code, message: error.message } };
  }
}

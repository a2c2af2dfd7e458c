/**
 * Where the tab's own model of a run outlives the tab: in IndexedDB, a record for each slot of a tab (`identity.ts`).
 * What is kept is a convenience: where the browser keeps nothing (private windows, blocked or full storage), a run goes
 * on without it.
 */
import { finished, inStore } from "./database.ts";

export interface KeptModel {
  /** Fingerprint of the run's server, which has a key for each run. */
  readonly server: string;
  /** Name of the run. */
  readonly run: string;
  /** After which the model is as it is. */
  readonly round: number;
  /** A file as `encodeOwnModel` makes it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Undefined where there is none, or none can be read. */
export async function readModel(slot: number): Promise<KeptModel | undefined> {
  try {
    return await inStore("models", (open) => finished<KeptModel | undefined>(open("readonly").get(slot)));
  } catch {
    return undefined;
  }
}

/**
 * Takes the place of what the slot had.
 * @returns whether it is kept now
 */
export async function keepModel(slot: number, model: KeptModel): Promise<boolean> {
  try {
    await inStore("models", (open) => finished(open("readwrite").put(model, slot)));
    return true;
  } catch {
    return false;
  }
}

export async function removeModel(slot: number): Promise<void> {
  try {
    await inStore("models", (open) => finished(open("readwrite").delete(slot)));
  } catch {
    // Whoever keeps nothing has nothing to remove.
  }
}

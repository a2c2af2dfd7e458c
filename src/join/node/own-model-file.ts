import { readFile } from "node:fs/promises";
import { InputError } from "../../errors.ts";
import { writeFileAtomic } from "../../records/node/write-file-atomic.ts";
import { decodeOwnModel, encodeOwnModel } from "../own-model-file.ts";
import type { ReceivedPlan } from "../run-plan.ts";

/** `ann-words.safetensors` for the client ann of the run words: in the folder that the client was started in. */
export function ownModelPath({ plan }: ReceivedPlan, client: string): string {
  // The server chooses the names, and this machine what they may lead to.
  return `${`${client}-${plan.run}`.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 100)}.safetensors`;
}

/** The file in which a client keeps the model that is its own: written anew, as a whole, after each round that counts. */
export class OwnModelFile {
  /** What an earlier life of this client has left there. */
  readonly kept: Float32Array | undefined;
  readonly #path: string;
  readonly #received: ReceivedPlan;
  readonly #client: string;
  /** What is to be written next; a newer model takes its place. */
  #next: Uint8Array | undefined;
  #writing: Promise<void> | undefined;
  /** Of the last attempt. */
  #failure: InputError | undefined;

  private constructor(path: string, received: ReceivedPlan, client: string, kept: Float32Array | undefined) {
    this.#path = path;
    this.#received = received;
    this.#client = client;
    this.kept = kept;
  }

  /**
   * A file that is there is gone on from; otherwise one is made, with the model that all begin with.
   *
   * @throws InputError `join.model` when it is of another run, or cannot be read or written
   */
  static async open(path: string, received: ReceivedPlan, client: string): Promise<OwnModelFile> {
    const bytes = await readIfThere(path);
    const file = new OwnModelFile(path, received, client, bytes && decodeOwnModel(bytes, received, path));
    if (bytes === undefined) file.save(0, received.initial!);
    await file.settled();
    return file;
  }

  /** Writes soon. */
  save(round: number, model: Float32Array): void {
    this.#next = encodeOwnModel(this.#received, this.#client, round, model);
    this.#writing ??= this.#write();
  }

  /** When the newest model is written. Throws InputError `join.model` when it could not be. */
  async settled(): Promise<void> {
    await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  async #write(): Promise<void> {
    for (let bytes = this.#next; bytes !== undefined; bytes = this.#next) {
      this.#next = undefined;
      try {
        await writeFileAtomic(this.#path, bytes);
        this.#failure = undefined;
      } catch (cause) {
        // Whoever waits hears of it; until then the next round may do better.
        this.#failure = unusable(this.#path, "written", cause);
      }
    }
    this.#writing = undefined;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, "read", cause);
  }
}

function unusable(path: string, what: "read" | "written", cause: unknown): InputError {
  const { code } = cause as NodeJS.ErrnoException;
  return new InputError(
    "join.model",
    `The file for your own model, ${path}, cannot be ${what}${code ? ` (${code})` : ""}: name another one by --model.`,
    { at: path, cause },
  );
}

import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { InputError } from "../../errors.ts";
import { writeFileAtomic } from "../../records/node/write-file-atomic.ts";
import { decodeOwnModel, encodeOwnModel } from "../own-model-file.ts";
import type { ReceivedPlan } from "../run-plan.ts";

/** Characters of the server's key in a file's name: runs of one name have servers with keys of their own. */
const KEY = 8;

/** `ann-words-8QyenNH4.safetensors` for the client ann of the run words: in the folder that the client was started in. */
export function ownModelPath({ plan, server }: ReceivedPlan, client: string): string {
  // The server chooses the names, and this machine what they may lead to.
  const [name, run] = [client, plan.run].map((part) =>
    part.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 100),
  );
  return `${name}-${run}-${server.slice(0, KEY)}.safetensors`;
}

/** The file in which a client keeps the model that is its own: written anew, as a whole, after each round that counts. */
export class OwnModelFile {
  readonly path: string;
  /** What an earlier life of this client has left there. */
  readonly kept: Float32Array | undefined;
  readonly #encode: (round: number, model: Float32Array) => Uint8Array<ArrayBuffer>;
  readonly #failed: (error: InputError) => void;
  /** What is to be written next; a newer model takes its place. */
  #next: Uint8Array | undefined;
  #newest: Uint8Array;
  #writing: Promise<void> | undefined;
  /** Of the last attempt. */
  #failure: InputError | undefined;

  private constructor(
    path: string,
    first: { readonly bytes: Uint8Array; readonly kept: Float32Array | undefined },
    encode: (round: number, model: Float32Array) => Uint8Array<ArrayBuffer>,
    failed: (error: InputError) => void,
  ) {
    this.path = path;
    this.kept = first.kept;
    this.#newest = first.bytes;
    this.#encode = encode;
    this.#failed = failed;
  }

  /**
   * A file that is there is gone on from; otherwise one is made, with the model that all begin with.
   *
   * @param failed hears when the file cannot be written any more; after each later round it is tried again
   * @throws InputError `join.model` when it is of another run or client, or cannot be read or written
   */
  static async open(
    path: string,
    received: ReceivedPlan,
    client: string,
    failed: (error: InputError) => void,
  ): Promise<OwnModelFile> {
    const encode = (round: number, model: Float32Array) => encodeOwnModel(received, client, round, model);
    const first = encode(0, received.initial!);
    const old = (await readIfThere(path)) ?? (await createWith(path, first));
    const kept = old && decodeOwnModel(old, received, client, path);
    return new OwnModelFile(path, { bytes: old ?? first, kept }, encode, failed);
  }

  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Writes soon. */
  save(round: number, model: Float32Array): void {
    this.#newest = this.#encode(round, model);
    this.#next = this.#newest;
    this.#writing ??= this.#write();
  }

  /**
   * When the newest model is written.
   *
   * @throws InputError `join.model` when it could not be; it says where the model is instead
   */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#failure === undefined) return;
    this.#next = this.#newest;
    await this.#write();
    if (this.#failure) throw await this.#rescue(this.#failure);
  }

  async #write(): Promise<void> {
    for (let bytes = this.#next; bytes !== undefined; bytes = this.#next) {
      this.#next = undefined;
      try {
        await writeFileAtomic(this.path, bytes);
        this.#failure = undefined;
      } catch (cause) {
        const isNews = this.#failure === undefined;
        this.#failure = unusable(
          this.path,
          "written",
          "it is tried again after each round that counts",
          cause,
        );
        if (isNews) this.#failed(this.#failure);
      }
    }
    this.#writing = undefined;
  }

  async #rescue({ cause }: InputError): Promise<InputError> {
    try {
      // For nobody else to read: a model can tell something of the data.
      const elsewhere = join(await mkdtemp(join(tmpdir(), "coterie-")), basename(this.path));
      await writeFileAtomic(elsewhere, this.#newest);
      return unusable(this.path, "written", `your own model is in ${elsewhere} instead`, cause);
    } catch {
      return unusable(this.path, "written", "your own model is lost", cause);
    }
  }
}

/** Far more than models are that clients train. */
const LARGEST_FILE = 2 ** 31;

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > LARGEST_FILE) throw new Error("no file that a model could be in");
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, "read", "name another one by --model", cause);
  }
}

/** @returns what another process has written there in the meantime */
async function createWith(path: string, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    await writeFile(path, bytes, { flag: "wx" });
    return undefined;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return readIfThere(path);
    // A part of a model would be in the way the next time.
    await rm(path, { force: true });
    throw unusable(path, "written", "name another one by --model", cause);
  }
}

function unusable(path: string, what: "read" | "written", then: string, cause: unknown): InputError {
  const { code } = cause as NodeJS.ErrnoException;
  return new InputError(
    "join.model",
    `The file for your own model, ${path}, cannot be ${what}${code ? ` (${code})` : ""}: ${then}.`,
    { at: path, cause },
  );
}

import { allFinite } from "../../../numeric/finite.ts";
import type { Message } from "../../../runtime/message.ts";
import type { PartyId } from "../../../runtime/party.ts";
import { type Holdings, rowsOf, withRows } from "../../embeddings.ts";
import type { JobResult } from "../../jobs.ts";
import type { ClientContribution, ClientHalf, ClientStep } from "../../protocol.ts";
import type { EmbeddingsOptions } from "./embeddings.ts";
import { MOST_LOSS } from "./server.ts";

/** Sends the rows of its entities, takes over their means, and measures what has become of its model. */
export class EmbeddingsClient implements ClientHalf {
  readonly #options: EmbeddingsOptions;
  readonly #holdings: Holdings;
  /** What training starts from, and then what it has made of it. */
  #model: Float32Array | undefined;
  #isTrained = false;

  constructor(options: EmbeddingsOptions, holdings: Holdings) {
    this.#options = options;
    this.#holdings = holdings;
  }

  open({ model }: { readonly model: Float32Array }): ClientStep {
    this.#model = model;
    this.#isTrained = false;
    return {};
  }

  contribute({ update }: ClientContribution): ClientStep {
    const { table, exchange } = this.#options;
    this.#model = this.#model!.map((entry, i) => entry + update[i]);
    this.#isTrained = true;
    const entities = exchange === "none" ? new Int32Array(0) : this.#holdings.entities;
    const rows = rowsOf(this.#model, table, entities);
    return { send: [{ to: ["server"], kind: "rows", tensors: { entities, rows } }] };
  }

  message(from: PartyId, { kind, tensors }: Message): ClientStep {
    const { entities, rows } = tensors ?? {};
    const areMeans =
      from === "server" &&
      kind === "means" &&
      this.#isTrained &&
      entities instanceof Int32Array &&
      rows instanceof Float32Array &&
      rows.length === entities.length * this.#options.table.width &&
      allFinite(rows) &&
      isSubset(entities, this.#holdings.entities);
    if (!areMeans) return {};
    this.#isTrained = false;
    const model = withRows(this.#model!, this.#options.table, entities, rows);
    const job = { kind: "evaluate", parameters: model, on: this.#holdings.heldOut } as const;
    return { model, jobs: [{ id: "measure", job }] };
  }

  done(_: string, result: JobResult): ClientStep {
    if (result.kind !== "evaluate") return {};
    const { examples, accuracy } = result;
    // What is not finite cannot be sent.
    const loss = Number.isFinite(result.loss) ? Math.min(result.loss, MOST_LOSS) : MOST_LOSS;
    return { send: [{ to: ["server"], kind: "measured", body: { examples, accuracy, loss } }] };
  }

  snapshot(): unknown {
    return { model: this.#model, isTrained: this.#isTrained };
  }

  restore(state: unknown): void {
    const { model, isTrained } = state as { model: Float32Array | undefined; isTrained: boolean };
    this.#model = model;
    this.#isTrained = isTrained;
  }
}

function isSubset(some: Int32Array, all: Int32Array): boolean {
  const known = new Set(all);
  return some.every((entity) => known.has(entity));
}

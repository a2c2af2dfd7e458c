import { z } from "zod";
import { allFinite } from "../../../numeric/finite.ts";
import type { Message } from "../../../runtime/message.ts";
import type { PartyId } from "../../../runtime/party.ts";
import { rowsOf } from "../../embeddings.ts";
import type { Cohort, Outgoing, ServerHalf, ServerStep } from "../../protocol.ts";
import { WeightedMetrics } from "../../weighted-metrics.ts";
import type { EmbeddingsOptions } from "./embeddings.ts";
import { type Contribution, meanRows } from "./mean-rows.ts";

const MAX_EXAMPLES = 1e9;
/** The largest loss that can be told. */
export const MOST_LOSS = 1e9;

const measureBody = z.object({
  examples: z.int().min(1).max(MAX_EXAMPLES),
  accuracy: z.number().min(-1e9).max(1e9),
  loss: z.number().min(-MOST_LOSS).max(MOST_LOSS),
});

/** Averages rows that it is sent in the clear. */
export class EmbeddingsServer implements ServerHalf {
  readonly #options: EmbeddingsOptions;
  #cohort!: Cohort;
  #phase: "rows" | "measure" = "rows";
  readonly #gone = new Set<PartyId>();
  readonly #contributions = new Map<PartyId, Contribution>();
  #included: readonly PartyId[] = [];
  readonly #measured = new Map<PartyId, z.output<typeof measureBody>>();

  constructor(options: EmbeddingsOptions) {
    this.#options = options;
  }

  open(cohort: Cohort): { step: ServerStep } {
    this.#cohort = cohort;
    this.#phase = "rows";
    this.#gone.clear();
    this.#contributions.clear();
    this.#measured.clear();
    this.#included = [];
    return { step: {} };
  }

  message(from: PartyId, { kind, tensors, body }: Message): ServerStep {
    if (kind === "rows" && this.#phase === "rows" && !this.#contributions.has(from)) {
      const contribution = this.#contributionOf(tensors);
      if (!contribution)
        return this.#reject(from, "its rows are not finite rows of entities in ascending order");
      this.#contributions.set(from, contribution);
      return this.#goOn();
    }
    if (kind === "measured" && this.#phase === "measure" && this.#included.includes(from)) {
      const measure = measureBody.safeParse(body);
      if (!measure.success) return this.#reject(from, "its measurement is malformed");
      this.#measured.set(from, measure.data);
      return this.#goOn();
    }
    return {};
  }

  left(client: PartyId): ServerStep {
    this.#gone.add(client);
    return this.#goOn();
  }

  deadline(): ServerStep {
    return this.#phase === "rows" ? this.#exchange() : this.#finish();
  }

  #reject(client: PartyId, fault: string): ServerStep {
    this.#gone.add(client);
    this.#included = this.#included.filter((other) => other !== client);
    const reason = `The message was refused: ${fault}.`;
    return { rejected: [{ client, code: "update.invalid", reason }], ...this.#goOn() };
  }

  #contributionOf(tensors: Message["tensors"]): Contribution | undefined {
    const { entities, rows } = tensors ?? {};
    const { table } = this.#options;
    const isContribution =
      entities instanceof Int32Array &&
      rows instanceof Float32Array &&
      entities.every((entity, i) => entity > (i === 0 ? -1 : entities[i - 1]) && entity < table.entities) &&
      rows.length === entities.length * table.width &&
      allFinite(rows);
    return isContribution ? { entities, rows } : undefined;
  }

  /** To the next phase once everyone who is still there has answered. */
  #goOn(): ServerStep {
    const answered = this.#phase === "rows" ? this.#contributions : this.#measured;
    const expected = this.#phase === "rows" ? this.#cohort.clients : this.#included;
    const isWaiting = expected.some((client) => !answered.has(client) && !this.#gone.has(client));
    if (isWaiting) return {};
    return this.deadline();
  }

  #exchange(): ServerStep {
    this.#included = this.#cohort.clients.filter((client) => this.#contributions.has(client));
    const { minimum } = this.#cohort;
    if (this.#included.length < minimum) {
      const reason = `Only ${this.#included.length} of at least ${minimum} clients contributed.`;
      return { abort: { code: "round.too-few", reason } };
    }
    this.#phase = "measure";
    const { table, exchange } = this.#options;
    const contributions = this.#included.map((client) => this.#contributions.get(client)!);
    const fewest = exchange === "intersection" ? contributions.length : 1;
    const { rows, owners } = meanRows(contributions, table);
    const send = this.#included.map((client): Outgoing => {
      const shared = this.#contributions.get(client)!.entities.filter((entity) => owners[entity] >= fewest);
      const whole = { ...table, offset: 0 };
      return {
        to: [client],
        kind: "means",
        tensors: { entities: shared, rows: rowsOf(rows, whole, shared) },
      };
    });
    return { phase: "measure", send };
  }

  #finish(): ServerStep {
    if (this.#measured.size === 0) {
      const reason = "No client has measured its model.";
      return { abort: { code: "round.too-few", reason } };
    }
    const metrics = new WeightedMetrics();
    for (const client of this.#included) {
      const measure = this.#measured.get(client);
      if (measure) metrics.add(measure, measure.examples);
    }
    return {
      result: { update: new Float32Array(0), contributors: this.#included, metrics: metrics.means() },
    };
  }
}

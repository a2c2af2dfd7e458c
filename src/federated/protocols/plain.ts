import { z } from "zod";
import type { Aggregator, Collection } from "../../aggregation/aggregator.ts";
import { allFinite } from "../../numeric/finite.ts";
import type { Json, Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import type {
  ClientHalf,
  Cohort,
  ContributionMetrics,
  Protocol,
  ServerHalf,
  ServerStep,
} from "../protocol.ts";

export interface PlainOptions {
  readonly aggregator: Aggregator;
  /** Weight of a client: its number of examples (FedAvg), or 1. */
  readonly weights: "examples" | "uniform";
}

/**
 * Updates travel in the clear: one message per client, combined by an aggregator. The server sees every update;
 * nothing but the transport protects it.
 */
export function plain(options: PlainOptions): Protocol {
  return { kind: "plain", server: () => new PlainServer(options), client: () => plainClient };
}

const MAX_EXAMPLES = 1e9;
const MAX_METRIC = 1e9;

const metric = z.number().min(-MAX_METRIC).max(MAX_METRIC).optional();

const updateBody = z.object({
  examples: z.number().int().min(1).max(MAX_EXAMPLES),
  // A task may have a metric of its own, whose range is not that of an accuracy.
  metrics: z.object({ accuracy: metric, loss: metric }),
});

class PlainServer implements ServerHalf {
  readonly #options: PlainOptions;
  #cohort: Cohort | undefined;
  #collection: Collection | undefined;
  #contributors = new Set<PartyId>();
  #waitingFor = new Set<PartyId>();
  #metrics = new WeightedMetrics();

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  open(cohort: Cohort): { step: ServerStep } {
    this.#cohort = cohort;
    this.#collection = this.#options.aggregator.collect(cohort.dimension);
    this.#contributors = new Set();
    this.#waitingFor = new Set(cohort.clients);
    this.#metrics = new WeightedMetrics();
    return { step: {} };
  }

  message(from: PartyId, message: Message): ServerStep {
    // A duplicate on the wire must not count twice.
    if (message.kind !== "update" || !this.#waitingFor.delete(from)) return {};
    const body = updateBody.safeParse(message.body);
    const update = message.tensors?.update;
    const fault = !body.success
      ? "its fields are malformed"
      : !(update instanceof Float32Array)
        ? "it carries no float32 vector"
        : update.length !== this.#cohort!.dimension
          ? `it has ${update.length} entries where ${this.#cohort!.dimension} were asked for`
          : !allFinite(update)
            ? "it holds entries that are not finite"
            : undefined;
    if (fault !== undefined) {
      const rejected = [
        { client: from, code: "update.invalid", reason: `The update was refused: ${fault}.` },
      ];
      return { rejected, ...this.#finishIfComplete() };
    }
    const { examples, metrics } = body.data!;
    this.#collection!.add({
      client: from,
      update: update as Float32Array,
      weight: this.#options.weights === "examples" ? examples : 1,
    });
    this.#contributors.add(from);
    this.#metrics.add(metrics, examples);
    return this.#finishIfComplete();
  }

  left(client: PartyId): ServerStep {
    return this.#waitingFor.delete(client) ? this.#finishIfComplete() : {};
  }

  deadline(): ServerStep {
    return this.#finish();
  }

  #finishIfComplete(): ServerStep {
    const enough = this.#contributors.size >= this.#cohort!.target;
    return enough || this.#waitingFor.size === 0 ? this.#finish() : {};
  }

  #finish(): ServerStep {
    const { minimum } = this.#cohort!;
    const contributors = [...this.#contributors];
    if (contributors.length < minimum) {
      const reason = `Only ${contributors.length} of at least ${minimum} clients contributed.`;
      return { abort: { code: "round.too-few", reason } };
    }
    const { update, excluded } = this.#collection!.finish();
    this.#collection = undefined;
    return { result: { update, contributors, excluded, metrics: this.#metrics.means() } };
  }
}

const plainClient: ClientHalf = {
  open: () => ({}),
  contribute({ update, examples, metrics }) {
    const body: Record<string, Json> = { examples, metrics: { ...metrics } };
    return { send: [{ to: ["server"], kind: "update", body, tensors: { update } }] };
  },
  message: () => ({}),
};

/** Example-weighted means of what clients measured on their own data. */
class WeightedMetrics {
  readonly #sums = { accuracy: 0, loss: 0 };
  readonly #examples = { accuracy: 0, loss: 0 };

  add(metrics: { accuracy?: number | undefined; loss?: number | undefined }, examples: number): void {
    for (const name of ["accuracy", "loss"] as const) {
      const value = metrics[name];
      if (value === undefined) continue;
      this.#sums[name] += value * examples;
      this.#examples[name] += examples;
    }
  }

  means(): ContributionMetrics {
    const mean = (name: "accuracy" | "loss") =>
      this.#examples[name] === 0 ? {} : { [name]: this.#sums[name] / this.#examples[name] };
    return { ...mean("accuracy"), ...mean("loss") };
  }
}

import { z } from "zod";
import type { Aggregator, Collection } from "../../aggregation/aggregator.ts";
import { allFinite } from "../../numeric/finite.ts";
import type { Json, Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Job, JobResult } from "../jobs.ts";
import type { ClientHalf, Cohort, Protocol, ServerHalf, ServerStep } from "../protocol.ts";
import { WeightedMetrics } from "../weighted-metrics.ts";

export interface PlainOptions {
  /** Makes the run's aggregator; it may remember rounds. */
  readonly aggregator: () => Aggregator;
  /** Which shard holds the server's own examples, for aggregators that compare with what they teach. */
  readonly referenceShard?: number;
  /** Weight of a client: its number of examples (FedAvg), or 1. */
  readonly weights: "examples" | "uniform";
}

/**
 * Updates travel in the clear: one message per client, combined by an aggregator. The server sees every update;
 * nothing but the transport protects it.
 */
export function plain(options: PlainOptions): Protocol {
  const { needs } = options.aggregator();
  return { kind: "plain", needs, server: () => new PlainServer(options), client: () => plainClient };
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
  readonly #aggregator: Aggregator;
  #cohort: Cohort | undefined;
  #collection: Collection | undefined;
  #contributors = new Set<PartyId>();
  #waitingFor = new Set<PartyId>();
  #metrics = new WeightedMetrics();
  /** What the server's own examples teach; undefined until its training is done. */
  #reference: Float32Array | undefined;
  /** Whether the reference is all that is missing. */
  #isComplete = false;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#aggregator = options.aggregator();
  }

  open(cohort: Cohort): { step: ServerStep } {
    this.#cohort = cohort;
    this.#collection = this.#aggregator.collect(cohort.dimension, cohort.random);
    this.#contributors = new Set();
    this.#waitingFor = new Set(cohort.clients);
    this.#metrics = new WeightedMetrics();
    this.#reference = undefined;
    this.#isComplete = false;
    return { step: this.#aggregator.usesReference ? { jobs: [this.#referenceJob(cohort)] } : {} };
  }

  #referenceJob({ round, model, work, random }: Cohort): { id: string; job: Job } {
    const shard = this.#options.referenceShard!;
    const seed = random.stream("reference", round).bits();
    // The server sends nothing, so it has no momentum of what it sent.
    const { workerMomentum: _, ...ownWork } = work;
    return { id: "reference", job: { kind: "train", shard, parameters: model, work: ownWork, seed } };
  }

  done(_: string, result: JobResult): ServerStep {
    if (result.kind !== "train") return {};
    this.#reference = result.update;
    return this.#isComplete ? this.#finish() : {};
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
    const step = this.#finish();
    return this.#isComplete ? { ...step, phase: "reference" } : step;
  }

  snapshot(): unknown {
    return this.#aggregator.snapshot?.();
  }

  restore(state: unknown): void {
    this.#aggregator.restore?.(state);
  }

  #finishIfComplete(): ServerStep {
    const enough = this.#contributors.size >= this.#cohort!.target;
    return enough || this.#waitingFor.size === 0 ? this.#finish() : {};
  }

  #finish(): ServerStep {
    const { kind, needs, condition, usesReference } = this.#aggregator;
    const minimum = Math.max(this.#cohort!.minimum, needs);
    const contributors = [...this.#contributors];
    if (contributors.length < minimum) {
      const why = minimum > this.#cohort!.minimum ? `, which ${kind} needs (${condition})` : "";
      const reason = `Only ${contributors.length} of at least ${minimum} clients contributed${why}.`;
      return { abort: { code: "round.too-few", reason } };
    }
    this.#waitingFor.clear();
    if (usesReference && this.#reference === undefined) {
      this.#isComplete = true;
      return {};
    }
    const { update, excluded, figures } = this.#collection!.finish(this.#reference);
    this.#collection = undefined;
    const metrics = this.#metrics.means();
    return { result: { update, contributors, excluded, metrics, ...(figures && { figures }) } };
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

/**
 * The client of a federated run: a pure state machine that trains when asked and hands the update to its half of
 * the protocol. It works on one round at a time: a newer round, or the server's `close`, ends the older one.
 * What outlives a round, and a crash, is only SCAFFOLD's control variate, the momentum, and under a personal protocol
 * the client's own model. `joined` with the party "server" tells it that the server was gone and knows nothing of what
 * went before, except for what its `standing` message says: which of this client's updates was the last that counts.
 */
import type { EvaluateResult, LocalWork, TrainResult } from "../learn/training.ts";
import { type Sent, WorkerMomentum } from "../learn/worker-momentum.ts";
import { allFinite } from "../numeric/finite.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import type { PartyEvent } from "../records/events.ts";
import type { Message } from "../runtime/message.ts";
import type { Effect, Input, Party, PartyId } from "../runtime/party.ts";
import { scaffoldCorrection, scaffoldUpdate } from "./control-variates.ts";
import type { Job, JobResult } from "./jobs.ts";
import { attemptBody, closeBody, roundBody } from "./messages.ts";
import { OwnModel, type OwnModelState } from "./own-model.ts";
import type { ClientHalf, ClientStep, ContributionMetrics, Protocol } from "./protocol.ts";
import { type Address, isNewer, protocolJob, protocolKind, stepEffects } from "./step-effects.ts";
import { Variates, type VariatesState } from "./variates.ts";

export interface ClientPlan {
  readonly id: PartyId;
  /** Which shard of the training data is this client's. */
  readonly shard: number;
  /** Length d of the model. */
  readonly dimension: number;
  /** Rounds between the server's checkpoints: so many a server that was started again may repeat. Default 1. */
  readonly checkpointEvery?: number;
  /** Under a personal protocol: the client's model before its first round, length d. */
  readonly initial?: Float32Array;
}

/** The round in hand. */
interface Assignment extends Address {
  readonly startedAt: number;
  readonly work: LocalWork;
  readonly model: Float32Array;
  readonly serverControl: Float32Array | undefined;
  metrics: ContributionMetrics;
}

export interface ClientState {
  readonly assignment: Assignment | undefined;
  readonly latest: Address;
  readonly inRound: boolean;
  readonly early: readonly { readonly from: PartyId; readonly message: Message }[];
  readonly variates: VariatesState;
  readonly momentum: readonly Sent[];
  readonly own: OwnModelState | undefined;
  readonly half: unknown;
}

/** Address of the messages before the first round. */
const SET_UP: Address = { round: 0, attempt: 1 };
const MAX_EARLY = 4096;

type ClientEffect = Effect<Job, PartyEvent>;

export class FederatedClient implements Party<Job, JobResult, PartyEvent, ClientState> {
  readonly #plan: ClientPlan;
  readonly #protocol: Protocol;
  readonly #random: SimulationRandom;
  #half: ClientHalf;
  #assignment: Assignment | undefined;
  /** The newest round and attempt seen; anything older is a stray. */
  #latest: Address = SET_UP;
  /** Whether the newest round is in progress here: not once it is closed, nor after a crash in its midst. */
  #inRound = true;
  /** Messages of the protocol that overtook the round they belong to. */
  #early: { readonly from: PartyId; readonly message: Message }[] = [];
  readonly #variates: Variates;
  readonly #momentum: WorkerMomentum;
  /** Under a personal protocol. */
  readonly #own: OwnModel | undefined;

  constructor(plan: ClientPlan, protocol: Protocol, random: SimulationRandom) {
    this.#plan = plan;
    this.#protocol = protocol;
    this.#random = random;
    this.#half = protocol.client(plan.id);
    this.#variates = new Variates(plan.checkpointEvery ?? 1);
    this.#momentum = new WorkerMomentum(plan.checkpointEvery ?? 1);
    this.#own = protocol.personal ? new OwnModel(plan.initial!) : undefined;
  }

  /** The client's own model after the last round that it came through; undefined unless the protocol is personal. */
  get model(): Float32Array | undefined {
    return this.#own?.newest;
  }

  /** The same after the last round that is known to count, and which that was; 0 for none so far. */
  get confirmed(): { readonly model: Float32Array; readonly round: number } | undefined {
    return this.#own && { model: this.#own.current, round: this.#own.round };
  }

  handle(input: Input<JobResult>, now: number): ClientEffect[] {
    switch (input.kind) {
      case "start":
        this.#variates.withdraw();
        return this.#startAfresh();
      case "joined":
        // A server that was started again goes on from its last checkpoint: rounds may come that were here before.
        if (input.party === "server") this.#latest = SET_UP;
        return this.#startAfresh();
      case "message":
        return this.#message(input.from, input.message, now);
      case "done":
        return this.#done(input.id, input.result, now);
      default:
        return [];
    }
  }

  snapshot(): ClientState {
    return {
      assignment: this.#assignment && { ...this.#assignment },
      latest: this.#latest,
      inRound: this.#inRound,
      early: this.#early,
      variates: this.#variates.snapshot(),
      momentum: this.#momentum.snapshot(),
      own: this.#own?.snapshot(),
      half: this.#half.snapshot?.(),
    };
  }

  restore(state: ClientState): void {
    this.#assignment = state.assignment && { ...state.assignment };
    this.#latest = state.latest;
    this.#inRound = state.inRound;
    this.#early = [...state.early];
    this.#variates.restore(state.variates);
    this.#momentum.restore(state.momentum);
    if (state.own) this.#own?.restore(state.own);
    this.#half.restore?.(state.half);
  }

  #startAfresh(): ClientEffect[] {
    const effects = this.#abandon();
    this.#early = [];
    this.#inRound = this.#latest.round === SET_UP.round;
    this.#half = this.#protocol.client(this.#plan.id);
    return effects;
  }

  #message(from: PartyId, message: Message, now: number): ClientEffect[] {
    if (from === "server" && message.kind === "round") return this.#startRound(message, now);
    if (from === "server" && message.kind === "close") return this.#closeRound(message);
    if (from === "server" && message.kind === "standing") return this.#goBackTo(message);
    return this.#protocolMessage(from, message);
  }

  #protocolMessage(from: PartyId, message: Message): ClientEffect[] {
    const kind = protocolKind(this.#protocol, message.kind);
    const body = attemptBody.safeParse(message.body);
    if (kind === undefined || !body.success) return [];
    const address = { round: message.round, attempt: body.data.attempt };
    if (isNewer(address, this.#latest)) {
      // Another client was faster than the server's model; nothing else may fill the memory.
      if (this.#early.length < MAX_EARLY) this.#early.push({ from, message });
      return [];
    }
    if (isNewer(this.#latest, address) || !this.#inRound) return [];
    return this.#carryOut(this.#half.message(from, { ...message, kind }));
  }

  #startRound(message: Message, now: number): ClientEffect[] {
    const body = roundBody.safeParse(message.body);
    const model = message.tensors?.model;
    const control = message.tensors?.control;
    const usable =
      body.success &&
      (this.#own !== undefined || isVector(model, this.#plan.dimension)) &&
      (!control || isVector(control, this.#plan.dimension));
    if (!usable) {
      const reason = "The server's round message is malformed.";
      return [{ kind: "record", event: { kind: "refused", from: "server", code: "round.invalid", reason } }];
    }
    const address = { round: message.round, attempt: body.data.attempt };
    if (!isNewer(address, this.#latest)) return [];
    const effects = this.#abandon();
    this.#latest = address;
    this.#inRound = true;
    this.#variates.begin(address.round);
    this.#own?.begin(address);
    const startingModel = this.#own?.current ?? (model as Float32Array);
    this.#assignment = {
      ...address,
      startedAt: now,
      work: body.data.work,
      model: startingModel,
      serverControl: control as Float32Array | undefined,
      metrics: {},
    };
    const dimension = control ? 2 * this.#plan.dimension : this.#plan.dimension;
    const opened = { ...address, plan: body.data.plan, dimension, model: startingModel };
    effects.push(...this.#carryOut(this.#half.open(opened)));
    effects.push(body.data.evaluate ? this.#evaluate() : this.#train());
    const early = this.#early;
    this.#early = [];
    for (const { from, message } of early) effects.push(...this.#protocolMessage(from, message));
    return effects;
  }

  #closeRound(message: Message): ClientEffect[] {
    const body = closeBody.safeParse(message.body);
    const { round, attempt } = this.#latest;
    if (!body.success || message.round !== round || body.data.attempt !== attempt) return [];
    if (body.data.accepted) this.#variates.confirm();
    else this.#variates.withdraw();
    this.#own?.settle(body.data.accepted);
    this.#inRound = false;
    return this.#abandon();
  }

  /** The server's first word after it was gone; a later one says nothing new. */
  #goBackTo(message: Message): ClientEffect[] {
    const body = attemptBody.safeParse(message.body);
    if (body.success && this.#latest.round === SET_UP.round) {
      this.#variates.goBackTo({ round: message.round, attempt: body.data.attempt });
    }
    return [];
  }

  #abandon(): ClientEffect[] {
    if (this.#assignment === undefined) return [];
    this.#assignment = undefined;
    return [
      { kind: "abandon", id: "evaluate" },
      { kind: "abandon", id: "train" },
    ];
  }

  #evaluate(): ClientEffect {
    const { round, model } = this.#assignment!;
    return {
      kind: "job",
      id: "evaluate",
      round,
      job: { kind: "evaluate", parameters: model, on: this.#plan.shard },
    };
  }

  #train(): ClientEffect {
    const { round, model, work, serverControl } = this.#assignment!;
    const correction = serverControl && scaffoldCorrection(serverControl, this.#clientControl());
    const sentLast = work.workerMomentum ? this.#momentum.before(round) : undefined;
    const job: Job = {
      kind: "train",
      round,
      shard: this.#plan.shard,
      parameters: model,
      work,
      ...(correction && { correction }),
      ...(sentLast && { sentLast }),
      // The same in every attempt at a round: who contributed decides the model, not how often it took.
      seed: trainingSeed(this.#random, round),
    };
    return { kind: "job", id: "train", round, job };
  }

  #done(id: string, result: JobResult, now: number): ClientEffect[] {
    if (id === "evaluate" || id === "train") {
      if (this.#assignment === undefined) return [];
      return result.kind === "train" ? this.#contribute(result, now) : this.#evaluated(result);
    }
    const own = protocolJob(this.#latest, id);
    return own === undefined || !this.#inRound ? [] : this.#carryOut(this.#half.done?.(own, result) ?? {});
  }

  #evaluated({ accuracy, loss }: EvaluateResult): ClientEffect[] {
    this.#assignment!.metrics = { accuracy, loss };
    return [this.#train()];
  }

  #contribute(result: TrainResult, now: number): ClientEffect[] {
    const { round, attempt, work, serverControl, startedAt, metrics } = this.#assignment!;
    this.#assignment = undefined;
    const hasDiverged = !Number.isFinite(result.loss) || !allFinite(result.update);
    if (hasDiverged && !result.forged) {
      // Of a loss that is a number the server is told nothing.
      const loss = Number.isFinite(result.loss) ? {} : { loss: String(result.loss) };
      const message = { kind: "diverged", round, body: { attempt, ...loss } };
      return [{ kind: "send", to: ["server"], message }];
    }
    let update = result.update;
    if (work.workerMomentum) this.#momentum.send(round, update);
    if (serverControl) {
      const next = scaffoldUpdate({
        moved: result.update,
        serverControl,
        clientControl: this.#clientControl(),
        steps: result.steps,
        rate: work.optimizer.rate,
      });
      update = next.update;
      this.#variates.propose({ round, attempt, control: next.clientControl });
    }
    const trained: PartyEvent = {
      kind: "client-trained",
      round,
      client: this.#plan.id,
      virtualSeconds: now - startedAt,
      examples: result.examples,
      loss: result.loss,
    };
    const step = this.#half.contribute({ update, examples: result.examples, metrics });
    return [{ kind: "record", event: trained }, ...this.#carryOut(step)];
  }

  #clientControl(): Float32Array {
    return this.#variates.current ?? new Float32Array(this.#plan.dimension);
  }

  #carryOut(step: ClientStep): ClientEffect[] {
    if (step.model) this.#own?.propose(this.#latest, step.model);
    return stepEffects(this.#protocol, this.#latest, step);
  }
}

/**
 * What shuffles a client's examples in a round; the same in every attempt at it.
 *
 * @param random the client's own stream
 */
export function trainingSeed(random: SimulationRandom, round: number): number {
  return random.stream("train", round).bits();
}

function isVector(tensor: unknown, length: number): boolean {
  return tensor instanceof Float32Array && tensor.length === length && allFinite(tensor);
}

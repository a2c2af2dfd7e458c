/**
 * The server of a federated run: a pure state machine that, round after round, selects clients, sends them the
 * model, lets its half of the protocol combine their updates, steps the model, evaluates it and records what
 * happened. It guarantees that
 * - every client asked in a round ends it with exactly one outcome,
 * - a round never outlives its deadline (one per phase of the protocol), and fewer than `minimum` contributions
 *   never make a round: it is tried again with a new cohort, a bounded number of times,
 * - messages of other rounds, attempts and strangers change nothing.
 */
import type { LocalWork } from "../learn/training.ts";
import { allFinite } from "../numeric/finite.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import type { PartyEvent } from "../records/events.ts";
import type { Message } from "../runtime/message.ts";
import type { Effect, Input, Party, PartyId } from "../runtime/party.ts";
import { Divergence } from "./divergence.ts";
import type { Job, JobResult } from "./jobs.ts";
import { attemptBody, roundMessage } from "./messages.ts";
import type { Cohort, Combined, ContributionMetrics, Protocol, ServerHalf, ServerStep } from "./protocol.ts";
import { RoundOutcomes } from "./round-outcomes.ts";
import { type Selection, selectCohort } from "./select-cohort.ts";
import type { ServerOptimizer } from "./server-optimizers/server-optimizer.ts";
import { type Address, protocolJob, protocolKind, stepEffects } from "./step-effects.ts";

export interface ServerPlan {
  readonly rounds: number;
  readonly select: Selection;
  /** Seconds for each phase of a round; null waits for everyone who has not left. */
  readonly deadline: number | null;
  /** Further attempts at a round that failed. */
  readonly retries: number;
  /** Rounds between evaluations on the held-out set (the last round is always evaluated), and whether clients evaluate too. */
  readonly evaluate: { readonly every: number; readonly clients: boolean };
  readonly work: LocalWork;
  /** Registered clients; more may join. */
  readonly clients: readonly PartyId[];
  /** The model before the first round, length d. */
  readonly initial: Float32Array;
}

/** What a checkpoint keeps of the server; taken between rounds. */
export interface ServerState {
  readonly round: number;
  readonly model: Float32Array;
  readonly optimizer: readonly Float32Array[];
  readonly clients: readonly PartyId[];
  readonly away: readonly PartyId[];
  /** Under SCAFFOLD: the last round and attempt in which a client's update counted. */
  readonly counted: readonly (readonly [PartyId, Address])[];
  readonly half: unknown;
}

type ServerEffect = Effect<Job, PartyEvent>;
type Stage = "setup" | "between rounds" | "waiting for clients" | "combining" | "evaluating" | "finished";

export class FederatedServer implements Party<Job, JobResult, PartyEvent, ServerState> {
  readonly #plan: ServerPlan;
  readonly #protocol: Protocol;
  readonly #optimizer: ServerOptimizer;
  readonly #random: SimulationRandom;
  readonly #half: ServerHalf;
  readonly #clients: Set<PartyId>;
  readonly #away = new Set<PartyId>();
  /** Under SCAFFOLD, whose clients keep something of it: the last update of each that counts. */
  readonly #counted = new Map<PartyId, Address>();
  #stage: Stage = "setup";
  #address: Address = { round: 0, attempt: 1 };
  #model: Float32Array;
  #optimizerState: Float32Array[];
  /** Of the attempt in progress. */
  #outcomes = new RoundOutcomes();
  #divergence = new Divergence();
  #combined: Combined | undefined;

  constructor(plan: ServerPlan, protocol: Protocol, optimizer: ServerOptimizer, random: SimulationRandom) {
    this.#plan = plan;
    this.#protocol = protocol;
    this.#optimizer = optimizer;
    this.#random = random;
    this.#half = protocol.server();
    this.#clients = new Set(plan.clients);
    this.#model = plan.initial;
    this.#optimizerState = optimizer.start(plan.initial.length);
  }

  /** The round in progress, or the last one that is finished. */
  get round(): number {
    return this.#address.round;
  }

  /** The model after the last finished round; under a personal protocol the one that it began with. */
  get model(): Float32Array {
    return this.#model;
  }

  handle(input: Input<JobResult>, now: number): ServerEffect[] {
    if (this.#stage === "finished") return [];
    switch (input.kind) {
      case "start":
        // A server that was restored from a checkpoint has its set-up behind it, and perhaps its last round.
        return this.#address.round === 0 ? this.#setUp() : this.#goOn();
      case "message":
        return this.#message(input.from, input.message, now);
      case "timer":
        return this.#timer(input.id, now);
      case "done":
        return this.#done(input.id, input.result, now);
      case "joined":
        return this.#joined(input.party, now);
      case "left":
        return this.#left(input.party, now);
    }
  }

  snapshot(): ServerState {
    return {
      round: this.#address.round,
      model: this.#model,
      optimizer: this.#optimizerState,
      clients: [...this.#clients],
      away: [...this.#away],
      counted: [...this.#counted],
      half: this.#half.snapshot?.(),
    };
  }

  restore(state: ServerState): void {
    this.#stage = "between rounds";
    this.#address = { round: state.round, attempt: 1 };
    this.#model = state.model;
    this.#optimizerState = [...state.optimizer];
    for (const client of state.clients) this.#clients.add(client);
    for (const client of state.away) this.#away.add(client);
    for (const [client, address] of state.counted) this.#counted.set(client, address);
    this.#half.restore?.(state.half);
  }

  #setUp(): ServerEffect[] {
    if (this.#half.setup === undefined) return this.#scheduleNextRound();
    this.#outcomes = new RoundOutcomes(this.#plan.clients);
    return [...this.#startDeadline(), ...this.#carryOut(this.#half.setup(this.#plan.clients), 0)];
  }

  #scheduleNextRound(): ServerEffect[] {
    this.#stage = "between rounds";
    return [{ kind: "timer", id: "next", after: 0 }];
  }

  #startDeadline(): ServerEffect[] {
    const { deadline } = this.#plan;
    return deadline === null ? [] : [{ kind: "timer", id: "deadline", after: deadline }];
  }

  #timer(id: string, now: number): ServerEffect[] {
    if (id === "next" && this.#stage === "between rounds") {
      return this.#open({ round: this.#address.round + 1, attempt: 1 }, now);
    }
    if (id === "retry" && this.#stage === "between rounds") {
      return this.#open({ round: this.#address.round, attempt: this.#address.attempt + 1 }, now);
    }
    if (id === "deadline" && (this.#stage === "combining" || this.#stage === "setup")) {
      const step = this.#half.deadline();
      const goesOn = step.result || step.abort || step.phase !== undefined || step.ready;
      const abort = { code: "round.unfinished", reason: "Time was up and the protocol could not finish." };
      return this.#carryOut(goesOn ? step : { ...step, abort }, now);
    }
    return [];
  }

  #open(address: Address, now: number): ServerEffect[] {
    const { select, evaluate, work } = this.#plan;
    this.#address = address;
    const available = [...this.#clients].filter((client) => !this.#away.has(client));
    const needed = Math.max(select.minimum, this.#protocol.needs ?? 1);
    if (available.length < needed) {
      const isKnown = this.#stage === "waiting for clients";
      this.#stage = "waiting for clients";
      const event: PartyEvent = { kind: "waiting", clients: available.length, needed };
      return isKnown ? [] : [{ kind: "record", event }];
    }
    const random = this.#random.stream("select", address.round, address.attempt);
    const { cohort, target } = selectCohort(available, this.#clients.size, select, random);
    this.#stage = "combining";
    this.#outcomes = new RoundOutcomes(cohort, now);
    this.#divergence = new Divergence();
    const control = this.#optimizer.kind === "scaffold" ? this.#optimizerState[0] : undefined;
    const dimension = control ? 2 * this.#model.length : this.#model.length;
    const cohortOfHalf: Cohort = {
      ...address,
      ...{ clients: cohort, minimum: select.minimum, target, dimension, model: this.#model, work },
      random: this.#random.stream("combine", address.round, address.attempt),
    };
    const { plan = null, step = {} } = this.#half.open(cohortOfHalf);
    const tensors = { model: this.#model, ...(control && { control }) };
    const message = roundMessage(
      address,
      { work, evaluate: evaluate.clients, plan },
      this.#protocol.personal ? undefined : tensors,
    );
    return [
      { kind: "record", event: { kind: "round-started", ...address, selected: cohort } },
      { kind: "send", to: cohort, message },
      ...this.#startDeadline(),
      ...this.#carryOut(step, now),
    ];
  }

  #message(from: PartyId, message: Message, now: number): ServerEffect[] {
    if (!this.#clients.has(from)) {
      const reason = "The sender is not registered.";
      return [{ kind: "record", event: { kind: "refused", from, code: "party.unknown", reason } }];
    }
    const body = attemptBody.safeParse(message.body);
    if (!body.success) {
      const reason = `A "${message.kind}" message does not say which attempt it belongs to.`;
      return [{ kind: "record", event: { kind: "refused", from, code: "message.invalid", reason } }];
    }
    const current =
      message.round === this.#address.round &&
      body.data.attempt === this.#address.attempt &&
      (this.#stage === "combining" || this.#stage === "setup") &&
      this.#outcomes.cohort.has(from);
    if (!current)
      return [{ kind: "record", event: { kind: "late-answer", round: message.round, client: from } }];
    this.#outcomes.answered(from, now);
    if (message.kind === "diverged") return this.#diverged(from, message, now);
    const kind = protocolKind(this.#protocol, message.kind);
    if (kind === undefined) {
      const reason = `Messages of kind "${message.kind}" do not belong to this run's protocol.`;
      return [{ kind: "record", event: { kind: "refused", from, code: "message.unknown", reason } }];
    }
    return this.#carryOut(this.#half.message(from, { ...message, kind }), now);
  }

  /** One client's word must not end the run for all: it is left out, and only a round without enough others fails. */
  #diverged(client: PartyId, message: Message, now: number): ServerEffect[] {
    const reason = this.#divergence.add(client, message);
    const rejected = [{ client, code: "update.diverged", reason: `Training diverged: ${reason}.` }];
    return this.#carryOut({ ...this.#half.left(client), rejected }, now);
  }

  #done(id: string, result: JobResult, now: number): ServerEffect[] {
    if (id === "evaluate") {
      return this.#stage === "evaluating" && result.kind === "evaluate" ? this.#finishRound(result, now) : [];
    }
    const own = protocolJob(this.#address, id);
    const current = own !== undefined && (this.#stage === "combining" || this.#stage === "setup");
    return current ? this.#carryOut(this.#half.done?.(own, result) ?? {}, now) : [];
  }

  #joined(party: PartyId, now: number): ServerEffect[] {
    this.#clients.add(party);
    this.#away.delete(party);
    const effects: ServerEffect[] = [{ kind: "record", event: { kind: "client-joined", client: party } }];
    if (this.#optimizer.kind === "scaffold") effects.push(this.#standing(party));
    if (this.#stage === "waiting for clients") effects.push(...this.#open(this.#address, now));
    return effects;
  }

  /** Tells a client that has come (back) what counts of what it did before. */
  #standing(client: PartyId): ServerEffect {
    const { round, attempt } = this.#counted.get(client) ?? { round: 0, attempt: 1 };
    return { kind: "send", to: [client], message: { kind: "standing", round, body: { attempt } } };
  }

  #left(party: PartyId, now: number): ServerEffect[] {
    this.#away.add(party);
    const effects: ServerEffect[] = [{ kind: "record", event: { kind: "client-left", client: party } }];
    const involved = this.#stage === "combining" || this.#stage === "setup";
    if (!involved || !this.#outcomes.cohort.has(party)) return effects;
    this.#outcomes.left(party);
    return [...effects, ...this.#carryOut(this.#half.left(party), now)];
  }

  #carryOut(step: ServerStep, now: number): ServerEffect[] {
    const effects = stepEffects(this.#protocol, this.#address, step);
    for (const { client, code, reason } of step.rejected ?? []) {
      this.#outcomes.rejected(client, reason);
      effects.push({ kind: "record", event: { kind: "refused", from: client, code, reason } });
    }
    if (step.phase !== undefined) effects.push(...this.#startDeadline());
    if (step.ready && this.#stage === "setup") {
      effects.push({ kind: "cancel", id: "deadline" }, { kind: "record", event: { kind: "setup-finished" } });
      effects.push(...this.#scheduleNextRound());
    }
    if (step.abort) effects.push(...this.#abort(step.abort));
    else if (step.result) effects.push(...this.#combine(step.result, now));
    return effects;
  }

  #abort({ code, reason }: { code: string; reason: string }): ServerEffect[] {
    const { round, attempt } = this.#address;
    const effects: ServerEffect[] = [
      { kind: "cancel", id: "deadline" },
      ...this.#close([]),
      { kind: "record", event: { kind: "round-failed", round, attempt, code, reason } },
    ];
    const attempts = this.#plan.retries + 1;
    const isHopeless = this.#divergence.isAllOf(this.#outcomes.answering);
    if (this.#divergence.first !== undefined && (isHopeless || attempt >= attempts)) {
      const remedy = "Lower local.optimizer.rate or set local.optimizer.clip.";
      const what = `Training diverged in round ${round}: ${this.#divergence.first}. ${remedy}`;
      return [...effects, ...this.#fail("run.diverged", what)];
    }
    if (this.#stage === "setup" || attempt >= attempts) {
      const what = this.#stage === "setup" ? "The set-up" : `Round ${round}`;
      const tries = attempts === 1 ? "" : ` after ${attempt} attempts`;
      return [...effects, ...this.#fail("round.failed", `${what} failed${tries}: ${reason}`)];
    }
    this.#stage = "between rounds";
    return [...effects, { kind: "timer", id: "retry", after: 0 }];
  }

  /** Tells the cohort how the round ended. */
  #close(accepted: readonly PartyId[]): ServerEffect[] {
    const { round, attempt } = this.#address;
    const told = new Set(accepted);
    const others = [...this.#outcomes.cohort].filter(
      (client) => !told.has(client) && !this.#away.has(client),
    );
    const tell = (to: readonly PartyId[], isAccepted: boolean): ServerEffect[] => {
      const message = { kind: "close", round, body: { attempt, accepted: isAccepted } };
      return to.length === 0 ? [] : [{ kind: "send", to, message }];
    };
    return [...tell(accepted, true), ...tell(others, false)];
  }

  #combine(result: Combined, now: number): ServerEffect[] {
    this.#combined = result;
    const excluded = new Set(result.excluded);
    const accepted = result.contributors.filter((client) => !excluded.has(client));
    const { round } = this.#address;
    const effects: ServerEffect[] = [
      { kind: "cancel", id: "deadline" },
      ...this.#outcomes.settle(round, result).map((event): ServerEffect => ({ kind: "record", event })),
      ...this.#close(accepted),
    ];
    if (this.#protocol.personal) return [...effects, ...this.#finishRound(result.metrics, now)];
    const stepped = this.#optimizer.apply({
      model: this.#model,
      update: result.update,
      state: this.#optimizerState,
      share: accepted.length / this.#clients.size,
    });
    if (this.#optimizer.kind === "scaffold") {
      for (const client of accepted) this.#counted.set(client, this.#address);
    }
    // Finite updates can still add up to a model that is not; no client could train on it.
    if (![stepped.model, ...stepped.state].every(allFinite)) {
      const remedy = "Lower server.optimizer.rate or local.optimizer.rate, or set local.optimizer.clip.";
      const what = `Training diverged in round ${round}: the server's model is no longer finite. ${remedy}`;
      return [...effects, ...this.#fail("run.diverged", what)];
    }
    this.#model = stepped.model;
    this.#optimizerState = stepped.state;
    this.#stage = "evaluating";
    const due = round % this.#plan.evaluate.every === 0 || round === this.#plan.rounds;
    if (!due) return [...effects, ...this.#finishRound(undefined, now)];
    const job: Job = { kind: "evaluate", parameters: this.#model, on: "test" };
    return [...effects, { kind: "job", id: "evaluate", round, job }];
  }

  /** @param measured of the model on the held-out set, or of the clients' own models on theirs */
  #finishRound(measured: ContributionMetrics | undefined, now: number): ServerEffect[] {
    const { round } = this.#address;
    if (measured?.loss !== undefined && !Number.isFinite(measured.loss)) {
      return this.#fail(
        "run.diverged",
        `Training diverged in round ${round}: the loss on the held-out set became ${measured.loss}. ` +
          "Lower local.optimizer.rate, set local.optimizer.clip, or lower server.optimizer.rate.",
      );
    }
    const { metrics, figures } = this.#combined!;
    const { accuracy, loss } = (!this.#protocol.personal && metrics) || {};
    const event: PartyEvent = {
      kind: "round-finished",
      round,
      accuracy: measured?.accuracy ?? null,
      loss: measured?.loss ?? null,
      virtualSeconds: now - this.#outcomes.openedAt,
      ...this.#outcomes.counts(),
      ...(accuracy !== undefined && { clientAccuracy: accuracy }),
      ...(loss !== undefined && { clientLoss: loss }),
      ...(figures !== undefined && { figures }),
    };
    return [{ kind: "record", event }, ...this.#goOn()];
  }

  /** To the next round, or to the end. */
  #goOn(): ServerEffect[] {
    if (this.#address.round < this.#plan.rounds) return this.#scheduleNextRound();
    this.#stage = "finished";
    return [{ kind: "finish" }];
  }

  #fail(code: string, message: string): ServerEffect[] {
    this.#stage = "finished";
    return [{ kind: "finish", error: { code, message } }];
  }
}

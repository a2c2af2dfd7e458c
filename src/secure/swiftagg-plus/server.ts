/**
 * The server of SwiftAgg+. It makes the plan, brings about that all members of a round sum the same contributions, and
 * decodes what the last group sends: K + T sums of shares give the sum of the contributions, so D sequences may break.
 *
 * A client whose training is slow is left out of the sum, and goes on holding shares of others.
 */
import { CoterieError } from "../../errors.ts";
import type { Cohort, Outgoing, ServerHalf, ServerStep } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { decodeSum } from "../contribution.ts";
import { equalBytes } from "../equal-bytes.ts";
import { isFieldVector } from "../field-vector.ts";
import { isPublicKey } from "../key-agreement.ts";
import { joinPieces, rampCode } from "../ramp-code.ts";
import { encodeRoster } from "../roster.ts";
import { figuresOf } from "./figures.ts";
import { agree, chainHashes, inclusionHash } from "./inclusion.ts";
import {
  hopsOf,
  type Layout,
  lastGroup,
  optionsFor,
  planLayout,
  seatOf,
  sendersOf,
  settingsFor,
} from "./layout.ts";
import { isHash, REFUSALS, refuseBody, sharedBody } from "./messages.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { planDigest } from "./plan-digest.ts";
import {
  type Agreement,
  allMembers,
  brokenSequences,
  livingMembers,
  newRound,
  type Plan,
  type Round,
  unfinished,
} from "./server-round.ts";

export class SwiftAggPlusServer implements ServerHalf {
  readonly #options: SwiftAggPlusOptions;
  #round: Round | undefined;

  constructor(options: SwiftAggPlusOptions) {
    this.#options = options;
  }

  open(cohort: Cohort) {
    this.#round = newRound(cohort);
    return {};
  }

  message(from: PartyId, message: Message): ServerStep {
    const round = this.#round!;
    const { plan } = round;
    if (round.phase === "over" || round.refused.has(from)) return {};
    if (message.kind === "key") return this.#key(round, from, message);
    const place = plan?.placeOf.get(from);
    if (plan === undefined || place === undefined) return {};
    switch (message.kind) {
      case "shared":
        return this.#shared(round, from, place, message);
      case "received":
        return this.#received(round, plan, from, message);
      case "passed":
        round.passed.add(place);
        return {};
      case "final":
        return this.#final(round, plan, from, message);
      case "refuse": {
        const { reason } = refuseBody.safeParse(message.body).data ?? {};
        if (reason === undefined) return this.#reject(round, from, "its refusal");
        const why = `The client has fallen silent: ${REFUSALS[reason]}.`;
        return this.#leave(round, from, { client: from, code: "secure.refused", reason: why });
      }
      default:
        return {};
    }
  }

  left(client: PartyId): ServerStep {
    return this.#leave(this.#round!, client);
  }

  deadline(): ServerStep {
    const round = this.#round!;
    const { phase, plan } = round;
    if (plan === undefined) return this.#plan(round);
    if (phase === "share") return this.#askForReports(round, plan);
    if (phase === "report" && !round.isLastCall) {
      round.isLastCall = true;
      round.awaited.clear();
      return { phase: "last call", send: this.#requests(round, plan) };
    }
    if (phase === "report") return this.#include(round, plan);
    if (round.hops++ < hopsOf(plan.layout)) return { phase: `hop ${round.hops}` };
    return this.#abort(round, dropouts(plan, plan.layout.groupSize - round.finals.size));
  }

  /** A client is not waited for any more; with a refusal, it is not listened to either. */
  #leave(round: Round, client: PartyId, refusal?: NonNullable<ServerStep["rejected"]>[number]): ServerStep {
    round.gone.add(client);
    if (refusal !== undefined) round.refused.add(client);
    const place = round.plan?.placeOf.get(client);
    const isMissed = round.phase === "report" && place !== undefined && round.awaited.delete(place);
    const send = isMissed ? this.#requests(round, round.plan!) : [];
    const step = this.#goOn(round);
    return {
      ...step,
      send: [...send, ...(step.send ?? [])],
      ...(refusal !== undefined && { rejected: [refusal] }),
    };
  }

  #reject(round: Round, client: PartyId, what: string): ServerStep {
    return this.#leave(round, client, {
      client,
      code: "secure.invalid",
      reason: `A message of the secure sum was refused: ${what} is malformed, or not of this round.`,
    });
  }

  /** To the next phase, if there is nobody to wait for any more. */
  #goOn(round: Round): ServerStep {
    const { cohort, plan, gone } = round;
    if (round.phase === "keys") {
      return cohort.clients.every((client) => round.keys.has(client) || gone.has(client))
        ? this.#plan(round)
        : {};
    }
    if (plan === undefined || round.phase === "over") return {};
    const { layout, names } = plan;
    if (round.phase === "share") {
      const enough = Math.max(cohort.target, cohort.minimum, layout.fewest);
      const isComplete = names.every((client, place) => round.sent.has(place) || gone.has(client));
      return isComplete || round.sent.size >= enough ? this.#askForReports(round, plan) : {};
    }
    if (round.phase === "report") {
      const isComplete = allMembers(layout).every(
        (place) => round.reports.has(place) || gone.has(names[place]),
      );
      return isComplete ? this.#include(round, plan) : {};
    }
    if (round.finals.size >= layout.needed) return this.#finish(round, plan, round.agreement!);
    const broken = brokenSequences(plan, round.agreement!, round).size;
    return broken > plan.options.dropouts ? this.#abort(round, dropouts(plan, broken)) : {};
  }

  #key(round: Round, from: PartyId, { tensors }: Message): ServerStep {
    if (round.phase !== "keys" || round.keys.has(from)) return {};
    const key = tensors?.key;
    if (!isPublicKey(key)) return this.#reject(round, from, "its key");
    round.keys.set(from, key);
    return this.#goOn(round);
  }

  #plan(round: Round): ServerStep {
    const { cohort, keys, gone } = round;
    const present = cohort.clients.filter((client) => keys.has(client) && !gone.has(client));
    if (present.length < cohort.minimum) {
      const reason = `Only ${present.length} of at least ${cohort.minimum} clients gave a key.`;
      return this.#abort(round, { code: "round.too-few", reason });
    }
    const names = cohort.random.stream("order").shuffle(present);
    const roster = { names, keys: names.map((client) => keys.get(client)!) };
    const options = optionsFor(names.length, this.#options);
    let layout: Layout;
    try {
      // Of those who were asked, D may go; that much is promised before anybody has.
      planLayout(cohort.clients.length, this.#options);
      layout = planLayout(names.length, options);
    } catch (error) {
      if (!(error instanceof CoterieError)) throw error;
      return this.#abort(round, { code: error.code, reason: error.message });
    }
    const symbols = cohort.dimension + 1;
    const address = { round: cohort.round, attempt: cohort.attempt, symbols };
    round.plan = {
      ...roster,
      ...{ options, layout, symbols, piece: Math.ceil(symbols / layout.parts) },
      digest: planDigest(roster, layout, options, address),
      placeOf: new Map(names.map((client, place) => [client, place])),
    };
    round.phase = "share";
    return { phase: "share", send: [{ to: names, kind: "plan", tensors: encodeRoster(roster) }] };
  }

  #shared(round: Round, from: PartyId, place: number, { body }: Message): ServerStep {
    if (round.sent.has(place)) return {};
    const shared = sharedBody.safeParse(body);
    if (!shared.success) return this.#reject(round, from, "its word that it has shared");
    round.sent.set(place, shared.data.symbols);
    return round.phase === "share" ? this.#goOn(round) : {};
  }

  #askForReports(round: Round, plan: Plan): ServerStep {
    round.phase = "report";
    round.goneBefore = new Set(round.gone);
    for (const place of round.sent.keys()) {
      if (!round.gone.has(plan.names[place])) round.awaited.add(place);
    }
    return { phase: "report", send: this.#requests(round, plan), ...this.#goOn(round) };
  }

  /** To all who have not reported, gone or not: one whose training failed is still there. */
  #requests(round: Round, plan: Plan): Outgoing[] {
    const to = allMembers(plan.layout).filter((place) => !round.reports.has(place));
    if (to.length === 0) return [];
    const awaited = toBitmap(round.awaited, plan.names.length);
    return [{ to: to.map((place) => plan.names[place]), kind: "report", tensors: { awaited } }];
  }

  #received(round: Round, plan: Plan, from: PartyId, { tensors }: Message): ServerStep {
    const place = plan.placeOf.get(from)!;
    const { group, member } = seatOf(plan.layout, place);
    if (round.phase !== "report" || round.reports.has(place)) return {};
    const senders = sendersOf(plan.layout, group);
    const held = fromBitmap(tensors?.held, senders.length);
    if (held === undefined || member === undefined) return this.#reject(round, from, "its report");
    round.reports.set(place, new Set(held.map((i) => senders[i])));
    // It was asked after it had gone, and answers: it has not left.
    if (round.goneBefore.has(from)) round.gone.delete(from);
    return this.#goOn(round);
  }

  #include(round: Round, plan: Plan): ServerStep {
    const { digest, layout, names, options } = plan;
    const { included, dead } = agree(layout, round.reports);
    if (dead.size > options.dropouts) return this.#abort(round, dropouts(plan, dead.size));
    const fewest = Math.max(layout.fewest, round.cohort.minimum);
    if (included.length < fewest) {
      const reason = `Only ${included.length} contributions have reached all that they must reach; at least ${fewest} are needed.`;
      return this.#abort(round, { code: "secure.too-few", reason });
    }
    round.phase = "sum";
    round.agreement = { included, dead, hash: chainHashes(digest, included, layout)[lastGroup(layout)] };
    const tensors = {
      included: toBitmap(included, names.length),
      hash: inclusionHash(digest, included, layout),
    };
    const to = livingMembers(layout, dead).map((place) => names[place]);
    return { phase: "sum", send: [{ to, kind: "include", tensors }], ...this.#goOn(round) };
  }

  #final(round: Round, plan: Plan, from: PartyId, { tensors }: Message): ServerStep {
    const { agreement } = round;
    const place = plan.placeOf.get(from)!;
    const { group, member } = seatOf(plan.layout, place);
    if (agreement === undefined || round.passed.has(place)) return {};
    const { hash, sum } = tensors ?? {};
    const isSound =
      member !== undefined &&
      group === lastGroup(plan.layout) &&
      !agreement.dead.has(member) &&
      isHash(hash) &&
      equalBytes(hash, agreement.hash) &&
      isFieldVector(sum, plan.piece);
    if (!isSound) return this.#reject(round, from, "its sum");
    round.passed.add(place);
    round.finals.set(member, sum);
    return this.#goOn(round);
  }

  #finish(round: Round, plan: Plan, agreement: Agreement): ServerStep {
    const { layout, names, symbols, options } = plan;
    const { colluders, basis = "lagrange" } = options;
    const code = { receivers: layout.groupSize, data: layout.parts, noise: colluders, basis };
    const total = joinPieces(rampCode(code).decode(round.finals), symbols);
    const broken = brokenSequences(plan, agreement, round);
    const late = unfinished(plan, round, broken).map((place) => names[place]);
    let update: Float32Array;
    try {
      update = decodeSum(total, settingsFor(names.length, options));
    } catch (error) {
      if (!(error instanceof CoterieError)) throw error;
      return this.#abort(round, { code: error.code, reason: error.message });
    }
    round.phase = "over";
    return {
      send: late.length > 0 ? [{ to: late, kind: "stop" }] : [],
      result: {
        update,
        contributors: agreement.included.map((place) => names[place]),
        figures: figuresOf(round, plan, agreement, broken.size),
      },
    };
  }

  #abort(round: Round, abort: NonNullable<ServerStep["abort"]>): ServerStep {
    round.phase = "over";
    return { abort };
  }
}

function dropouts({ layout }: Plan, broken: number): NonNullable<ServerStep["abort"]> {
  const { groupSize, needed } = layout;
  const reason = `Too many clients fell silent: ${broken} of ${groupSize} sequences of sums are broken, and ${needed} must hold.`;
  return { code: "secure.dropouts", reason };
}

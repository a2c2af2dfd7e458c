/**
 * A client of SwiftAgg+. It shares what it contributes, encoded and sealed, with its group, as soon as the plan has come
 * and training is done. As a member of the group it holds the others' shares, says once whose it holds, and adds up
 * those of the set that is agreed, once: sums of two sets would tell the server their difference. The sum goes to the
 * next group, or to the server, together with what came from the groups before.
 *
 * What is not as it must be makes the client fall silent for the rest of the attempt, as if it had dropped out. It never
 * sends a sum that lacks what should have come from the groups before.
 */
import { CoterieError, RunError } from "../../errors.ts";
import type { ClientContribution, ClientHalf, Outgoing, Step } from "../../federated/protocol.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap } from "../bitmap.ts";
import { encodeContribution } from "../contribution.ts";
import type { SecureEnvironment } from "../environment.ts";
import { equalBytes } from "../equal-bytes.ts";
import { rampCode, splitIntoPieces } from "../ramp-code.ts";
import { decodeRoster, type Roster } from "../roster.ts";
import { asBytes, asField, SealedChannels } from "../sealed-channels.ts";
import {
  copyRound,
  heldBitmap,
  newRound,
  type Plan,
  partialSum,
  type Round,
  readInclusion,
} from "./client-round.ts";
import {
  type Layout,
  membersOf,
  nextOf,
  optionsFor,
  planLayout,
  previousOf,
  seatOf,
  settingsFor,
} from "./layout.ts";
import {
  contextOf,
  decodePartial,
  encodePartial,
  isHash,
  type Refusal,
  type SealedKind,
} from "./messages.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { planDigest } from "./plan-digest.ts";

/** More messages than these are not remembered before the plan is there. */
const MAX_EARLY = 4096;
const SERVER = "server";

export class SwiftAggPlusClient implements ClientHalf {
  readonly #me: PartyId;
  readonly #options: SwiftAggPlusOptions;
  readonly #env: SecureEnvironment;
  #channels: SealedChannels;
  #round: Round | undefined;

  constructor(me: PartyId, options: SwiftAggPlusOptions, env: SecureEnvironment) {
    this.#me = me;
    this.#options = options;
    this.#env = env;
    this.#channels = new SealedChannels(env.secrets, env.cryptography);
  }

  open({ round, attempt, dimension }: Parameters<ClientHalf["open"]>[0]): Step {
    this.#round = newRound(round, attempt, dimension + 1);
    return { send: [{ to: [SERVER], kind: "key", tensors: { key: this.#channels.publicKey } }] };
  }

  contribute(contribution: ClientContribution): Step {
    const round = this.#round!;
    round.contribution = contribution;
    return { send: this.#goOn(round) };
  }

  message(from: PartyId, message: Message): Step {
    const round = this.#round;
    if (round === undefined || round.isSilent) return {};
    return { send: [...this.#take(round, from, message), ...this.#goOn(round)] };
  }

  /** The client's secret key and what it holds of others: as secret as what they protect. */
  snapshot(): unknown {
    return { channels: this.#channels.snapshot(), round: this.#round && copyRound(this.#round) };
  }

  restore(state: unknown): void {
    const { channels, round } = state as { channels: unknown; round: Round | undefined };
    this.#channels = SealedChannels.restore(channels, this.#env.secrets, this.#env.cryptography);
    this.#round = round && copyRound(round);
  }

  #take(round: Round, from: PartyId, message: Message): Outgoing[] {
    const { plan } = round;
    if (plan === undefined) {
      if (from === SERVER && message.kind === "plan") return this.#plan(round, message);
      const isExpected = from === SERVER || message.kind === "share" || message.kind === "partial";
      if (isExpected && round.early.size < MAX_EARLY) {
        round.early.set(`${message.kind}/${from}`, { from, message });
      }
      return [];
    }
    if (plan.member === undefined) return [];
    if (from !== SERVER) return this.#takeSealed(round, plan, from, message);
    if (message.kind === "report") {
      this.#await(round, fromBitmap(message.tensors?.awaited, plan.names.length));
    } else if (message.kind === "include") {
      return this.#include(round, plan, message);
    } else if (message.kind === "stop") {
      this.#fallSilent(round);
    }
    return [];
  }

  /** The first plan, if it keeps to the options; everything but the roster is worked out here, not believed. */
  #plan(round: Round, message: Message): Outgoing[] {
    const roster = decodeRoster(message.tensors);
    const place = roster?.names.indexOf(this.#me) ?? -1;
    const options = optionsFor(roster?.names.length ?? 0, this.#options);
    const layout = roster && layoutOf(roster, options);
    if (!layout || place < 0 || !equalBytes(roster.keys[place], this.#channels.publicKey)) {
      return this.#refuse(round, "plan");
    }
    const { group, member } = seatOf(layout, place);
    round.plan = {
      ...roster,
      ...{ options, layout, place, group, member },
      digest: planDigest(roster, layout, options, round),
      piece: Math.ceil(round.symbols / layout.parts),
    };
    const early = [...round.early.values()];
    round.early.clear();
    return early.flatMap(({ from, message }) => this.#take(round, from, message));
  }

  #takeSealed(round: Round, plan: Plan, from: PartyId, { kind, tensors }: Message): Outgoing[] {
    const place = plan.names.indexOf(from);
    if (place < 0) return [];
    const { group, member } = seatOf(plan.layout, place);
    if (kind === "share" && group === plan.group) {
      // What comes after the report does not count: the others would not sum it.
      if (round.hasReported || round.shares.has(place)) return [];
      const bytes = this.#open(round, plan, place, kind, tensors?.sealed);
      const share = bytes && asField(bytes);
      if (share?.length === plan.piece) round.shares.set(place, share);
      else round.spoilt.add(place);
    }
    const isBefore = member === plan.member && previousOf(plan.layout, plan.group).includes(group);
    if (kind === "partial" && isBefore && !round.partials.has(group)) {
      const bytes = this.#open(round, plan, place, kind, tensors?.sealed);
      const partial = bytes && decodePartial(bytes, plan.piece);
      if (partial === undefined) return this.#refuse(round, "partial");
      round.partials.set(group, partial);
    }
    return [];
  }

  /** Fewer from one report to the next, also when they overtake each other. */
  #await(round: Round, awaited: readonly number[] | undefined): void {
    if (awaited === undefined) return;
    const now = new Set(awaited);
    round.awaited = (round.awaited ?? awaited).filter((place) => now.has(place));
  }

  #include(round: Round, plan: Plan, message: Message): Outgoing[] {
    const { included, hasReported } = round;
    const hash = message.tensors?.hash;
    if (included !== undefined) {
      // The same again is a copy. A server that wants another set summed as well is not helped any more.
      if (!isHash(hash) || !equalBytes(included.hash, hash)) this.#fallSilent(round);
      return [];
    }
    const inclusion = hasReported ? readInclusion(message, round, plan) : undefined;
    if (inclusion === undefined) return this.#refuse(round, "inclusion");
    round.included = inclusion;
    return [];
  }

  /** Everything that can be sent by now and has not been. */
  #goOn(round: Round): Outgoing[] {
    const { plan } = round;
    if (plan === undefined || round.isSilent) return [];
    try {
      return [...this.#share(round, plan), ...this.#report(round, plan), ...this.#pass(round, plan)];
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      return this.#refuse(round, error.code === "secure.peer-key" ? "plan" : "update");
    }
  }

  /** Once, unless the members have been asked already for what they hold. */
  #share(round: Round, plan: Plan): Outgoing[] {
    const { contribution } = round;
    if (contribution === undefined) return [];
    delete round.contribution;
    if (round.awaited !== undefined) return [];
    const { layout, place, group, piece, options } = plan;
    const { colluders, basis = "lagrange" } = options;
    const { secrets } = this.#env;
    const rounding = this.#env.rounding.stream("round", this.#me, round.round);
    const settings = settingsFor(layout.participants, options);
    const encoded = encodeContribution(contribution, settings, rounding, secrets);
    const data = splitIntoPieces(encoded, layout.parts);
    const noise = Array.from({ length: colluders }, () => secrets.field31(piece));
    const code = { receivers: layout.groupSize, data: layout.parts, noise: colluders, basis };
    const shares = rampCode(code).encode([...data, ...noise]);
    const send: Outgoing[] = [];
    for (const [j, receiver] of membersOf(layout, group).entries()) {
      if (receiver === place) round.shares.set(place, shares[j]);
      else send.push(this.#sealed(round, plan, receiver, "share", asBytes(shares[j])));
    }
    return [...send, { to: [SERVER], kind: "shared", body: { symbols: send.length * piece } }];
  }

  #report(round: Round, plan: Plan): Outgoing[] {
    const held = round.hasReported ? undefined : heldBitmap(round, plan);
    if (held === undefined) return [];
    round.hasReported = true;
    return [{ to: [SERVER], kind: "received", tensors: { held } }];
  }

  #pass(round: Round, plan: Plan): Outgoing[] {
    const partial = round.hasPassed ? undefined : partialSum(round, plan);
    if (partial === undefined) return [];
    if (partial === "inconsistent") return this.#refuse(round, "partial");
    round.hasPassed = true;
    round.shares.clear();
    round.partials.clear();
    const next = nextOf(plan.layout, plan.group);
    if (next === undefined) return [{ to: [SERVER], kind: "final", tensors: { ...partial } }];
    const receiver = membersOf(plan.layout, next)[plan.member!];
    return [
      this.#sealed(round, plan, receiver, "partial", encodePartial(partial)),
      { to: [SERVER], kind: "passed" },
    ];
  }

  #sealed(round: Round, plan: Plan, receiver: number, kind: SealedKind, plain: Uint8Array): Outgoing {
    const to = plan.names[receiver];
    const context = contextOf(round, kind, this.#me, to);
    return { to: [to], kind, tensors: { sealed: this.#channels.seal(plan.keys[receiver], context, plain) } };
  }

  #open(round: Round, plan: Plan, sender: number, kind: SealedKind, sealed: unknown): Uint8Array | undefined {
    if (!(sealed instanceof Uint8Array)) return undefined;
    const context = contextOf(round, kind, plan.names[sender], this.#me);
    return this.#channels.open(plan.keys[sender], context, sealed);
  }

  #refuse(round: Round, reason: Refusal): Outgoing[] {
    this.#fallSilent(round);
    return [{ to: [SERVER], kind: "refuse", body: { reason } }];
  }

  #fallSilent(round: Round): void {
    round.isSilent = true;
    round.shares.clear();
    round.partials.clear();
    round.early.clear();
  }
}

/** Undefined where so many cannot run. */
function layoutOf({ names }: Roster, options: SwiftAggPlusOptions): Layout | undefined {
  try {
    return planLayout(names.length, options);
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}

/**
 * A client of LightSecAgg. It masks what it contributes with a mask of its own and shares the mask, encoded and
 * encrypted, with the others of the round: the mask goes out as soon as the plan has come, while training runs, the
 * masked contribution when training is done. In the end it adds up the shares that it holds of the masks of those
 * included, once. Two sums over different sets would tell the server a single mask: a second set is not answered.
 */
import { RunError } from "../../errors.ts";
import type { ClientContribution, ClientHalf, Outgoing, Step } from "../../federated/protocol.ts";
import { addInto } from "../../numeric/field31.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { encodeContribution } from "../contribution.ts";
import type { SecureEnvironment } from "../environment.ts";
import { equalBytes } from "../equal-bytes.ts";
import { decodeRoster } from "../roster.ts";
import { asBytes, asField, SealedChannels } from "../sealed-channels.ts";
import { drawNoise, maskCode, shareLength, shareMask, sumShares } from "./mask.ts";
import { planBody } from "./messages.ts";
import { fewestIncluded, type LightSecAggOptions, planFault, settingsFor, survivorsOf } from "./plan.ts";

/** More senders than this before the plan is there are not remembered. */
const MAX_EARLY = 4096;
const MAX_WAIVER_BYTES = 2 ** 13;

/** What the server has said about who takes part; `place` is this client's. */
interface Plan {
  readonly clients: readonly PartyId[];
  readonly keys: readonly Uint8Array[];
  readonly place: number;
  readonly shareLength: number;
}

/** An attempt at a round, as plain data. */
interface Round {
  readonly round: number;
  readonly attempt: number;
  /** Length L of the contribution. */
  readonly symbols: number;
  plan: Plan | undefined;
  /** Encrypted shares that overtook the plan. */
  readonly early: Map<PartyId, Uint8Array>;
  /** From the plan to the upload. */
  mask: Uint32Array | undefined;
  /** From the end of training to the upload. */
  contribution: Pick<ClientContribution, "update" | "examples"> | undefined;
  /** Held shares, by place of the sender, the own one included; none any more once they were added up. */
  readonly shares: Map<number, Uint32Array>;
  /** Places of those whose shares need not be waited for. */
  readonly waived: Set<number>;
  /** What is held has been said; shares that come later do not count. */
  hasReported: boolean;
}

export class LightSecAggClient implements ClientHalf {
  readonly #me: PartyId;
  readonly #options: LightSecAggOptions;
  readonly #env: SecureEnvironment;
  #channels: SealedChannels;
  #round: Round | undefined;

  constructor(me: PartyId, options: LightSecAggOptions, env: SecureEnvironment) {
    this.#me = me;
    this.#options = options;
    this.#env = env;
    this.#channels = new SealedChannels(env.secrets, env.cryptography);
  }

  open({ round, attempt, dimension }: Parameters<ClientHalf["open"]>[0]): Step {
    this.#round = {
      ...{ round, attempt, symbols: dimension + 1 },
      ...{ plan: undefined, mask: undefined, contribution: undefined, hasReported: false },
      ...{ early: new Map(), shares: new Map(), waived: new Set() },
    };
    return { send: [{ to: ["server"], kind: "key", tensors: { key: this.#channels.publicKey } }] };
  }

  contribute({ update, examples }: ClientContribution): Step {
    const round = this.#round!;
    round.contribution = { update, examples };
    return this.#upload(round);
  }

  message(from: PartyId, message: Message): Step {
    const round = this.#round;
    if (round === undefined) return {};
    if (message.kind === "share") return this.#share(round, from, message.tensors?.sealed);
    if (from !== "server") return {};
    if (message.kind === "plan") return this.#plan(round, message);
    if (message.kind === "report") return this.#waive(round, message);
    return message.kind === "include" ? this.#recover(round, message) : {};
  }

  snapshot(): unknown {
    return { channels: this.#channels.snapshot(), round: this.#round && copyOf(this.#round) };
  }

  restore(state: unknown): void {
    const { channels, round } = state as { channels: unknown; round: Round | undefined };
    this.#channels = SealedChannels.restore(channels, this.#env.secrets, this.#env.cryptography);
    this.#round = round && copyOf(round);
  }

  /** The first plan that keeps to what this client was told of the run; a round without one passes it by. */
  #plan(round: Round, message: Message): Step {
    const body = planBody.safeParse(message.body);
    if (round.plan !== undefined || !body.success) return {};
    const { asked } = body.data;
    const survivors = survivorsOf(this.#options, asked);
    const roster = decodeRoster(message.tensors);
    const participants = roster?.names.length ?? 0;
    const isSound =
      planFault(this.#options, asked) === undefined && participants <= asked && participants >= survivors;
    if (!roster || !isSound) return {};
    const place = roster.names.indexOf(this.#me);
    if (!equalBytes(this.#channels.publicKey, roster.keys[place])) return {};
    const length = shareLength(round.symbols, this.#options.colluders, survivors);
    const plan = { clients: roster.names, keys: roster.keys, place, shareLength: length };
    const mask = this.#env.secrets.field31(round.symbols);
    const shares = this.#encode(mask, plan, survivors);
    const send = this.#seal(round, plan, shares);
    if (send === undefined) return {};
    round.plan = plan;
    round.mask = mask;
    round.shares.set(place, shares[place]);
    for (const [sender, sealed] of round.early) this.#keep(round, plan, sender, sealed);
    round.early.clear();
    return together({ send }, this.#upload(round), this.#report(round));
  }

  #encode(mask: Uint32Array, { clients, shareLength: length }: Plan, survivors: number): Uint32Array[] {
    const { colluders } = this.#options;
    const noise = drawNoise(this.#env.secrets, colluders, length);
    return shareMask(maskCode(clients.length, colluders, survivors), mask, survivors - colluders, noise);
  }

  /** To each of the others its share; undefined when one of their keys is none. */
  #seal(
    round: Round,
    { clients, keys, place }: Plan,
    shares: readonly Uint32Array[],
  ): Outgoing[] | undefined {
    const sealFor = (to: PartyId, i: number): Outgoing => {
      const sealed = this.#channels.seal(keys[i], contextOf(round, this.#me, to), asBytes(shares[i]));
      return { to: [to], kind: "share", tensors: { sealed } };
    };
    try {
      return clients.flatMap((to, i) => (i === place ? [] : [sealFor(to, i)]));
    } catch (error) {
      if (error instanceof RunError) return undefined;
      throw error;
    }
  }

  /** Once both are there, and the shares of the mask are on their way. */
  #upload(round: Round): Step {
    const { mask, contribution } = round;
    if (mask === undefined || contribution === undefined) return {};
    const settings = settingsFor(this.#options, round.plan!.clients.length);
    const rounding = this.#env.rounding.stream("round", this.#me, round.round);
    const masked = encodeContribution(contribution, settings, rounding, this.#env.secrets);
    addInto(masked, mask);
    round.mask = undefined;
    round.contribution = undefined;
    return { send: [{ to: ["server"], kind: "upload", tensors: { masked } }] };
  }

  #share(round: Round, from: PartyId, sealed: unknown): Step {
    if (!(sealed instanceof Uint8Array)) return {};
    if (round.plan === undefined) {
      if (round.early.size < MAX_EARLY && !round.early.has(from)) round.early.set(from, sealed);
      return {};
    }
    this.#keep(round, round.plan, from, sealed);
    return this.#report(round);
  }

  /** Keeps the first share of each sender that can be opened. */
  #keep(round: Round, { clients, keys, shareLength: length }: Plan, from: PartyId, sealed: Uint8Array): void {
    const sender = clients.indexOf(from);
    if (sender < 0 || round.hasReported || round.shares.has(sender)) return;
    const plain = this.#channels.open(keys[sender], contextOf(round, from, this.#me), sealed);
    const share = plain && asField(plain);
    if (share?.length === length) round.shares.set(sender, share);
  }

  #waive(round: Round, message: Message): Step {
    const without = message.tensors?.without;
    if (!(without instanceof Uint8Array) || without.length > MAX_WAIVER_BYTES) return {};
    // It may have overtaken the plan, which says how many there are; places beyond them do no harm.
    for (const place of fromBitmap(without, 8 * without.length)!) round.waived.add(place);
    return this.#report(round);
  }

  /** Says, once, whose shares are not there, when there are no others to wait for. */
  #report(round: Round): Step {
    if (round.plan === undefined || round.hasReported) return {};
    const places = [...round.plan.clients.keys()];
    if (!places.every((i) => round.shares.has(i) || round.waived.has(i))) return {};
    round.hasReported = true;
    const held = toBitmap(round.shares.keys(), places.length);
    return { send: [{ to: ["server"], kind: "held", tensors: { held } }] };
  }

  /** Answers the first set of those included that is sound, and no other. */
  #recover(round: Round, message: Message): Step {
    if (round.plan === undefined) return {};
    const { clients, shareLength: length } = round.plan;
    const included = fromBitmap(message.tensors?.included, clients.length);
    const isSound =
      included !== undefined &&
      included.length >= fewestIncluded(this.#options, clients.length) &&
      included.every((i) => round.shares.has(i));
    if (!isSound) return {};
    const sum = sumShares(round.shares, included, length);
    // Without the shares there can be no second answer, whoever asks.
    round.shares.clear();
    return { send: [{ to: ["server"], kind: "recovery", tensors: { sum } }] };
  }
}

/** With collections of its own. */
function copyOf(round: Round): Round {
  const { early, shares, waived } = round;
  return { ...round, early: new Map(early), shares: new Map(shares), waived: new Set(waived) };
}

/** What a share is bound to: it opens nowhere else. */
function contextOf({ round, attempt }: Round, sender: PartyId, receiver: PartyId): string {
  return JSON.stringify(["lightsecagg", round, attempt, sender, receiver, "share"]);
}

function together(...steps: readonly Step[]): Step {
  return { send: steps.flatMap(({ send = [] }) => send) };
}

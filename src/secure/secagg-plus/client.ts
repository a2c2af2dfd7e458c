import { InputError } from "../../errors.ts";
import type { ClientContribution, ClientHalf, Step } from "../../federated/protocol.ts";
import { applyMasks, type Mask } from "../../numeric/field31-masks.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { encodeContribution } from "../contribution.ts";
import type { SecureEnvironment } from "../environment.ts";
import { isPublicKey } from "../key-agreement.ts";
import { asBytes, asField, SealedChannels } from "../sealed-channels.ts";
import { type MaskKey, maskKey, pairSeed, pairSign } from "./masks.ts";
import {
  areFlags,
  BOX,
  boxContext,
  isBytes,
  joinParts,
  KEYS,
  type PublicKeys,
  partOf,
  planBody,
  SEALED_BOX,
  splitKeys,
} from "./messages.ts";
import { type Plan, settingsFor } from "./plan.ts";
import { neighboursOf } from "./ring.ts";
import { SECRET_BYTES, SHARE_LENGTH, shareCode, shareSecret } from "./secret-shares.ts";
import type { Setting } from "./setting.ts";

/** One attempt at a round, as far as it has come; what is absent has not happened. */
interface Attempt {
  readonly round: number;
  readonly attempt: number;
  readonly maskKey: MaskKey;
  readonly selfSeed: Uint8Array;
  readonly circle?: Circle;
  readonly held?: Held;
  readonly contribution?: ClientContribution;
  /** Neither a second upload nor one that comes too late. */
  readonly isUploaded?: true;
  /** Whatever else the server asks for after that stays unanswered. */
  readonly isUnmasked?: true;
}

/** The client and its neighbours, from the server's first and only plan. */
interface Circle {
  readonly plan: Plan;
  readonly place: number;
  readonly neighbours: readonly Neighbour[];
}

interface Neighbour extends PublicKeys {
  readonly place: number;
  /** Of the mask that both add, with opposite signs. */
  readonly seed: Uint8Array;
}

/** What neighbours have given, in their order: whether they have, and the two shares unless they could not be opened. */
interface Held {
  readonly present: Uint8Array;
  readonly boxes: readonly (Uint32Array | undefined)[];
}

/**
 * A client of SecAgg+ or SecAgg. It gives away, for each neighbour and attempt, one share of either its self-mask seed or
 * its mask key, whatever the server says: the first plan, the first list of those who share and the first list of those
 * who have uploaded count, all others are ignored.
 */
export class SecAggPlusClient implements ClientHalf {
  readonly #me: PartyId;
  readonly #setting: Setting;
  readonly #env: Required<SecureEnvironment>;
  #channels: SealedChannels;
  #attempt: Attempt | undefined;

  constructor(me: PartyId, setting: Setting, env: Required<SecureEnvironment>) {
    this.#me = me;
    this.#setting = setting;
    this.#env = env;
    this.#channels = new SealedChannels(env.secrets, env.cryptography);
  }

  open({ round, attempt }: Parameters<ClientHalf["open"]>[0]): Step {
    const { secrets } = this.#env;
    this.#attempt = {
      ...{ round, attempt },
      maskKey: maskKey(secrets.bytes(SECRET_BYTES), this.#env.cryptography),
      selfSeed: secrets.bytes(SECRET_BYTES),
    };
    const keys = new Uint8Array([...this.#channels.publicKey, ...this.#attempt.maskKey.publicKey]);
    return toServer("key", { keys });
  }

  contribute(contribution: ClientContribution): Step {
    this.#attempt = { ...this.#attempt!, contribution };
    return this.#uploadIfReady();
  }

  message(from: PartyId, { kind, body, tensors = {} }: Message): Step {
    const attempt = this.#attempt;
    if (from !== "server" || attempt === undefined) return {};
    if (kind === "plan" && !attempt.circle) return this.#join(attempt, body, tensors.keys);
    if (kind === "held" && attempt.circle && !attempt.held) {
      return this.#hold(attempt, attempt.circle, tensors.present, tensors.sealed);
    }
    if (kind === "unmask" && attempt.circle && attempt.held && !attempt.isUnmasked) {
      return this.#reveal(attempt, attempt.circle, attempt.held, tensors.uploaded);
    }
    return {};
  }

  snapshot(): unknown {
    return { channels: this.#channels.snapshot(), attempt: this.#attempt };
  }

  restore(state: unknown): void {
    const { channels, attempt } = state as { channels: unknown; attempt: Attempt | undefined };
    this.#channels = SealedChannels.restore(channels, this.#env.secrets, this.#env.cryptography);
    this.#attempt = attempt;
  }

  /** Takes the plan, unless it is not the one that follows from what this client was told before. */
  #join(attempt: Attempt, body: Message["body"], keys: unknown): Step {
    const parsed = planBody.safeParse(body);
    if (!parsed.success) return {};
    const { clients, place } = parsed.data;
    const plan = this.#setting.planFor(clients);
    if (plan instanceof InputError || place >= clients || !isBytes(keys, plan.neighbours * KEYS)) return {};
    const peers = neighboursOf(place, plan).map((neighbour, i) => ({
      place: neighbour,
      ...splitKeys(partOf(keys, i, KEYS).slice()),
    }));
    // The server should have looked.
    if (!peers.every(({ channel, mask }) => isPublicKey(channel) && isPublicKey(mask))) return {};
    const neighbours = peers.map((peer) => ({
      ...peer,
      seed: pairSeed(attempt.maskKey, peer.mask, this.#env.cryptography),
    }));
    const circle = { plan, place, neighbours };
    this.#attempt = { ...attempt, circle };
    return toServer("shares", { sealed: this.#sealShares(attempt, circle) });
  }

  #sealShares(attempt: Attempt, { plan, place, neighbours }: Circle): Uint8Array {
    const code = shareCode(plan);
    const { secrets } = this.#env;
    const keyShares = shareSecret(code, plan.threshold, attempt.maskKey.secretKey, secrets);
    const seedShares = shareSecret(code, plan.threshold, attempt.selfSeed, secrets);
    const boxes = neighbours.map(({ channel, place: to }, i) => {
      const shares = new Uint8Array([...asBytes(keyShares[i]), ...asBytes(seedShares[i])]);
      return this.#channels.seal(channel, this.#context(attempt, place, to), shares);
    });
    return joinParts(boxes, SEALED_BOX);
  }

  /** Opens what the neighbours have shared; from now on it is settled with whom this client has masks in common. */
  #hold(attempt: Attempt, { plan, place, neighbours }: Circle, present: unknown, sealed: unknown): Step {
    const { length } = neighbours;
    if (!areFlags(present, length) || !isBytes(sealed, length * SEALED_BOX)) return {};
    if (countOf(present) < plan.threshold) return {};
    const boxes = neighbours.map(({ channel, place: from }, i) => {
      if (!present[i]) return undefined;
      const context = this.#context(attempt, from, place);
      const opened = this.#channels.open(channel, context, partOf(sealed, i, SEALED_BOX));
      return opened?.length === BOX ? asField(opened) : undefined;
    });
    this.#attempt = { ...attempt, held: { present: present.slice(), boxes } };
    return this.#uploadIfReady();
  }

  #uploadIfReady(): Step {
    const { contribution, ...attempt } = this.#attempt!;
    const { circle, held, isUploaded, isUnmasked } = attempt;
    if (!circle || !held || !contribution || isUploaded || isUnmasked) return {};
    const settings = settingsFor(circle.plan.clients, this.#setting.options);
    const rounding = this.#env.rounding.stream("round", this.#me, attempt.round);
    const masked = encodeContribution(contribution, settings, rounding, this.#env.secrets);
    const masks = circle.neighbours
      .filter((_, i) => held.present[i])
      .map(({ place, seed }): Mask => ({ seed, sign: pairSign(circle.place, place) }));
    applyMasks(masked, [{ seed: attempt.selfSeed, sign: 1 }, ...masks], this.#env.cryptography.keystream);
    this.#attempt = { ...attempt, isUploaded: true };
    return toServer("upload", { masked });
  }

  /** A share of the seed of each who has uploaded, of the mask key of each who has not: never of both. */
  #reveal(attempt: Attempt, { plan, neighbours }: Circle, held: Held, uploaded: unknown): Step {
    const { length } = neighbours;
    const { present, boxes } = held;
    if (!areFlags(uploaded, length) || uploaded.some((flag, i) => flag > present[i])) return {};
    // With fewer, all of them could be corrupt, and the sum be that of one.
    if (countOf(uploaded) < plan.threshold) return {};
    const opened = Uint8Array.from(boxes, (box) => (box ? 1 : 0));
    const shares = new Uint32Array(length * SHARE_LENGTH);
    for (const [i, box] of boxes.entries()) {
      if (box) shares.set(partOf(box, uploaded[i], SHARE_LENGTH), i * SHARE_LENGTH);
    }
    this.#attempt = { ...attempt, isUnmasked: true };
    return toServer("reveal", { opened, shares });
  }

  #context({ round, attempt }: Attempt, from: number, to: number): string {
    return boxContext(this.#setting.kind, round, attempt, from, to);
  }
}

function toServer(kind: string, tensors: Readonly<Record<string, Uint8Array | Uint32Array>>): Step {
  return { send: [{ to: ["server"], kind, tensors }] };
}

function countOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0);
}

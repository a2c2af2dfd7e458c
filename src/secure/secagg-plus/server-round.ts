/**
 * The server's part in an attempt at a round of SecAgg+ or SecAgg. It has these phases, each with a deadline of its own:
 *
 * 1. `keys` (no name on the wire): collect public keys, then place all who answered on the ring and tell them.
 * 2. `share`: collect sealed shares of everybody's secrets, then pass them on. Who has not shared takes no further part.
 * 3. `upload`: collect masked contributions; it ends early when there are as many as wanted. Then it is fixed, and told
 *    once, who has uploaded.
 * 4. `unmask`: collect shares until, of everyone who has shared, the one secret that is needed is there.
 *
 * Clients that are slow to train go on holding the others' shares. So only those count as dropouts who leave, who do not
 * answer, or who send what cannot be right.
 */
import { InputError, RunError } from "../../errors.ts";
import type { Cohort, Outgoing, ServerStep } from "../../federated/protocol.ts";
import { addInto } from "../../numeric/field31.ts";
import type { Message, Tensor } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { decodeSum } from "../contribution.ts";
import type { Cryptography } from "../cryptography.ts";
import { isFieldVector } from "../field-vector.ts";
import { isPublicKey } from "../key-agreement.ts";
import type { SumFigures } from "../sum-figures.ts";
import { clientLoads, serverLoad } from "./counters.ts";
import { areFlags, BOX, isBytes, joinParts, KEYS, partOf, SEALED_BOX, splitKeys } from "./messages.ts";
import { fewestIncluded, type Plan, settingsFor } from "./plan.ts";
import { isConnected, neighboursOf } from "./ring.ts";
import { SHARE_LENGTH } from "./secret-shares.ts";
import type { Setting } from "./setting.ts";
import { Unmasking } from "./unmasking.ts";

type Phase = "keys" | "share" | "upload" | "unmask";

/** What clients send in each phase. */
const EXPECTED = { keys: "key", share: "shares", upload: "upload", unmask: "reveal" } as const;

/** Those who take part have places on the ring. */
export class ServerRound {
  readonly #setting: Setting;
  readonly #cryptography: Cryptography;
  readonly #cohort: Cohort;
  #phase: Phase = "keys";
  /** Who has not answered in this phase and is not gone. */
  #waiting: Set<PartyId>;
  readonly #gone = new Set<PartyId>();
  readonly #keys = new Map<PartyId, Uint8Array>();
  #plan!: Plan;
  /** Clients by place, places by client, and neighbours of each place. */
  #clients: readonly PartyId[] = [];
  #places: ReadonlyMap<PartyId, number> = new Map();
  #neighbours: readonly (readonly number[])[] = [];
  /** Sealed shares by the place that they come from. */
  readonly #sealed = new Map<number, Uint8Array>();
  #sharers: ReadonlySet<number> = new Set();
  readonly #uploaded = new Set<number>();
  /** Of the masked contributions. */
  readonly #sum: Uint32Array;
  #unmasking: Unmasking | undefined;
  /** Messages that have come; and field elements in those of each client, sealing apart. */
  readonly #counts = { keyed: 0, shared: 0, uploaded: 0, revealed: 0 };
  readonly #symbols = new Map<PartyId, number>();

  constructor(setting: Setting, cohort: Cohort, cryptography: Cryptography) {
    this.#setting = setting;
    this.#cryptography = cryptography;
    this.#cohort = cohort;
    this.#waiting = new Set(cohort.clients);
    this.#sum = new Uint32Array(cohort.dimension + 1);
  }

  message(from: PartyId, { kind, tensors = {} }: Message): ServerStep {
    if (kind !== EXPECTED[this.#phase] || !this.#waiting.delete(from)) return {};
    if (this.#take(from, tensors)) return this.#goOn();
    this.#gone.add(from);
    const reason = `The message "${kind}" was refused: it does not carry what it should.`;
    return { ...this.#goOn(), rejected: [{ client: from, code: "secure.invalid", reason }] };
  }

  left(client: PartyId): ServerStep {
    this.#gone.add(client);
    return this.#waiting.delete(client) ? this.#goOn() : {};
  }

  /** With what has come by now. */
  endPhase(): ServerStep {
    switch (this.#phase) {
      case "keys":
        return this.#makePlan();
      case "share":
        return this.#passSharesOn();
      case "upload":
        return this.#startUnmasking();
      case "unmask":
        return this.#finish();
    }
  }

  #goOn(): ServerStep {
    const isEnough =
      (this.#phase === "upload" && this.#uploaded.size >= Math.max(this.#cohort.target, this.#fewest())) ||
      (this.#phase === "unmask" && this.#unmasking!.isComplete);
    return isEnough || this.#waiting.size === 0 ? this.endPhase() : {};
  }

  /** Whether the message is as it should be; then its content is noted. */
  #take(from: PartyId, tensors: Readonly<Record<string, Tensor>>): boolean {
    switch (this.#phase) {
      case "keys":
        return this.#takeKeys(from, tensors.keys);
      case "share":
        return this.#takeShares(this.#places.get(from)!, tensors.sealed);
      case "upload":
        return this.#takeUpload(this.#places.get(from)!, tensors.masked);
      case "unmask":
        return this.#takeReveal(this.#places.get(from)!, tensors.opened, tensors.shares);
    }
  }

  #takeKeys(from: PartyId, keys: unknown): boolean {
    if (!isBytes(keys, KEYS)) return false;
    const { channel, mask } = splitKeys(keys);
    if (!isPublicKey(channel) || !isPublicKey(mask)) return false;
    this.#keys.set(from, keys.slice());
    this.#counts.keyed++;
    this.#countSymbols(from, keys.length / 4);
    return true;
  }

  #takeShares(place: number, sealed: unknown): boolean {
    if (!isBytes(sealed, this.#plan.neighbours * SEALED_BOX)) return false;
    this.#sealed.set(place, sealed.slice());
    this.#counts.shared++;
    this.#countSymbols(this.#clients[place], (this.#plan.neighbours * BOX) / 4);
    return true;
  }

  #takeUpload(place: number, masked: unknown): boolean {
    if (!isFieldVector(masked, this.#sum.length)) return false;
    addInto(this.#sum, masked);
    this.#uploaded.add(place);
    this.#counts.uploaded++;
    this.#countSymbols(this.#clients[place], masked.length);
    return true;
  }

  #takeReveal(place: number, opened: unknown, shares: unknown): boolean {
    const { neighbours } = this.#plan;
    if (!areFlags(opened, neighbours) || !isFieldVector(shares, neighbours * SHARE_LENGTH)) return false;
    this.#unmasking!.add(place, opened, shares);
    this.#counts.revealed++;
    this.#countSymbols(this.#clients[place], shares.length);
    return true;
  }

  #countSymbols(from: PartyId, symbols: number): void {
    this.#symbols.set(from, (this.#symbols.get(from) ?? 0) + symbols);
  }

  #makePlan(): ServerStep {
    // In the order of the cohort: who was faster must not matter.
    const answered = this.#cohort.clients.filter(
      (client) => this.#keys.has(client) && !this.#gone.has(client),
    );
    const plan = this.#setting.planFor(answered.length);
    if (plan instanceof InputError) {
      return tooManyGone(`only ${answered.length} of ${this.#cohort.clients.length} sent their keys`);
    }
    this.#plan = plan;
    this.#clients = this.#cohort.random.stream("ring").shuffle(answered);
    this.#places = new Map(this.#clients.map((client, place) => [client, place]));
    this.#neighbours = this.#clients.map((_, place) => neighboursOf(place, plan));
    const send = this.#clients.map((client, place) => {
      const keys = this.#neighbours[place].map((neighbour) => this.#keys.get(this.#clients[neighbour])!);
      const body = { clients: plan.clients, place };
      return { to: [client], kind: "plan", body, tensors: { keys: joinParts(keys, KEYS) } };
    });
    return this.#begin("share", send);
  }

  #passSharesOn(): ServerStep {
    this.#sharers = new Set(
      [...this.#sealed.keys()].filter((place) => !this.#gone.has(this.#clients[place])).sort((a, b) => a - b),
    );
    const fewest = Math.min(...[...this.#sharers].map((place) => this.#countAround(place, this.#sharers)));
    if (this.#sharers.size === 0 || fewest < this.#plan.threshold) {
      return tooManyGone(`of some client fewer than ${this.#plan.threshold} neighbours shared their secrets`);
    }
    const send = [...this.#sharers].map((place) => {
      const around = this.#neighbours[place];
      const boxes = around.map((from) => {
        if (!this.#sharers.has(from)) return null;
        return partOf(this.#sealed.get(from)!, this.#neighbours[from].indexOf(place), SEALED_BOX);
      });
      const tensors = {
        present: this.#flags(around, this.#sharers),
        sealed: joinParts(boxes, SEALED_BOX),
      };
      return { to: [this.#clients[place]], kind: "held", tensors };
    });
    this.#sealed.clear();
    return this.#begin("upload", send);
  }

  #startUnmasking(): ServerStep {
    const { threshold } = this.#plan;
    if (this.#uploaded.size < this.#fewest()) {
      const reason = `Only ${this.#uploaded.size} of at least ${this.#fewest()} clients contributed.`;
      return abort("secure.too-few", reason);
    }
    if (!isConnected(this.#uploaded, this.#plan)) {
      const reason = "Those who contributed fall apart into groups, of which each would show its own sum.";
      return abort("secure.disconnected", reason);
    }
    const maskKeys = this.#clients.map((client) => splitKeys(this.#keys.get(client)!).mask);
    this.#unmasking = new Unmasking({
      ...{ plan: this.#plan, neighbours: this.#neighbours, maskKeys },
      ...{ uploaded: this.#uploaded, sharers: this.#sharers, cryptography: this.#cryptography },
    });
    // Others would not answer: see the client's part.
    const holders = [...this.#sharers].filter(
      (place) =>
        !this.#gone.has(this.#clients[place]) && this.#countAround(place, this.#uploaded) >= threshold,
    );
    if (!this.#unmasking.isPossibleWith(new Set(holders))) return this.#tooFewHolders();
    const send = holders.map((place) => {
      const tensors = { uploaded: this.#flags(this.#neighbours[place], this.#uploaded) };
      return { to: [this.#clients[place]], kind: "unmask", tensors };
    });
    return this.#begin("unmask", send);
  }

  #finish(): ServerStep {
    if (!this.#unmasking!.isComplete) return this.#tooFewHolders();
    if (!this.#unmasking!.takeOff(this.#sum)) {
      return abort("secure.shares", "Shares of a client's secret do not fit together: somebody changed one.");
    }
    const { clients, neighbours, threshold } = this.#plan;
    const round = { neighbours, symbols: this.#sum.length, ...this.#counts };
    const { keys, shares, upload, reveal } = clientLoads(round);
    const sent = [...this.#symbols.values()];
    const figures = {
      ...{ participants: clients, included: this.#uploaded.size, gone: this.#gone.size },
      // Everything passes through the server.
      ...{ neighbours, threshold, connections: clients },
      clientSymbols: Math.max(...sent),
      clientSymbolsExpected: keys + shares + upload + reveal,
      serverSymbols: sent.reduce((total, symbols) => total + symbols, 0),
      serverSymbolsExpected: serverLoad(round),
    } satisfies SumFigures & Readonly<Record<string, number>>;
    try {
      const update = decodeSum(this.#sum, settingsFor(clients, this.#setting.options));
      const included = [...this.#uploaded].sort((a, b) => a - b);
      return { result: { update, contributors: included.map((place) => this.#clients[place]), figures } };
    } catch (error) {
      // No client had examples: another cohort may have some.
      if (!(error instanceof RunError)) throw error;
      return abort(error.code, error.message);
    }
  }

  /** A new phase, in which those answer who are written to. */
  #begin(phase: Phase, send: readonly Outgoing[]): ServerStep {
    this.#phase = phase;
    this.#waiting = new Set(send.flatMap(({ to }) => to));
    return { phase, send };
  }

  #fewest(): number {
    return Math.max(this.#cohort.minimum, fewestIncluded(this.#plan, this.#setting.options));
  }

  #countAround(place: number, among: ReadonlySet<number>): number {
    return this.#neighbours[place].filter((neighbour) => among.has(neighbour)).length;
  }

  #flags(places: readonly number[], among: ReadonlySet<number>): Uint8Array {
    return Uint8Array.from(places, (place) => (among.has(place) ? 1 : 0));
  }

  #tooFewHolders(): ServerStep {
    return tooManyGone(
      `of some client fewer than ${this.#plan.threshold} neighbours revealed the shares they hold`,
    );
  }
}

function abort(code: string, reason: string): ServerStep {
  return { abort: { code, reason } };
}

function tooManyGone(what: string): ServerStep {
  return abort("secure.dropouts", `Too many clients left or fell silent: ${what}.`);
}

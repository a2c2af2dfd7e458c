/**
 * A round of LightSecAgg as the server sees it. It goes through these phases, each with a deadline of its own:
 *
 * 1. `key` (no name on the wire): collect public keys, then tell all who answered who takes part.
 * 2. `share`: clients share masks and say whose shares they hold. When time is up they are asked to say so at once
 *    (`report`). Who does not is gone; whose share one of the others lacks cannot be included.
 * 3. `upload`: collect masked contributions. It may end early, when there are as many as wanted.
 * 4. `recover`: who is included is fixed and announced, once. Any U sums of mask shares give the sum of the masks.
 *
 * Clients that are slow to train go on holding the others' shares; only those count as dropouts who leave, who do not
 * answer in the phases `key`, `report` and `recover`, or who send what cannot be right.
 */
import { RunError } from "../../errors.ts";
import type { Cohort, Outgoing, ServerStep } from "../../federated/protocol.ts";
import { addInto, subtractFrom } from "../../numeric/field31.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { fromBitmap, toBitmap } from "../bitmap.ts";
import { decodeSum } from "../contribution.ts";
import { isFieldVector } from "../field-vector.ts";
import { isPublicKey } from "../key-agreement.ts";
import { encodeRoster } from "../roster.ts";
import type { SumFigures } from "../sum-figures.ts";
import { lightSecAggLoads } from "./counters.ts";
import { maskCode, recoverMasks, shareLength } from "./mask.ts";
import { fewestIncluded, type LightSecAggOptions, settingsFor, survivorsOf } from "./plan.ts";

/** One attempt. Clients that take part are named by their place in the plan. */
export class ServerRound {
  readonly #options: LightSecAggOptions;
  readonly #cohort: Cohort;
  /** U. */
  readonly #survivors: number;
  /** Length L of a contribution: an update and its weight. */
  readonly #symbols: number;
  readonly #shareLength: number;
  #phase: "key" | "share" | "report" | "upload" | "recover" = "key";
  readonly #gone = new Set<PartyId>();
  readonly #keys = new Map<PartyId, Uint8Array>();
  /** Who takes part, by place: a matter of who has answered, not when. */
  #clients: readonly PartyId[] = [];
  /** Of those who have said so, whose mask shares they hold. */
  readonly #held = new Map<number, readonly number[]>();
  /** Whose masked contribution has come; that itself only until it is clear whose can be included. */
  readonly #uploaded = new Set<number>();
  readonly #early = new Map<number, Uint32Array>();
  #eligible = new Set<number>();
  /** Of the masked contributions of those who are eligible. */
  readonly #sum: Uint32Array;
  readonly #recoveries = new Map<number, Uint32Array>();
  /** Field elements in uploads and recoveries so far. */
  #received = 0;

  constructor(options: LightSecAggOptions, cohort: Cohort) {
    this.#options = options;
    this.#cohort = cohort;
    this.#survivors = survivorsOf(options, cohort.clients.length);
    this.#symbols = cohort.dimension + 1;
    this.#shareLength = shareLength(this.#symbols, options.colluders, this.#survivors);
    this.#sum = new Uint32Array(this.#symbols);
  }

  message(from: PartyId, { kind, tensors }: Message): ServerStep {
    if (this.#gone.has(from)) return {};
    if (kind === "key") return this.#key(from, tensors?.key);
    const place = this.#clients.indexOf(from);
    if (place < 0) return {};
    if (kind === "held") return this.#report(place, tensors?.held);
    if (kind === "upload") return this.#upload(place, tensors?.masked);
    return kind === "recovery" ? this.#recovery(place, tensors?.sum) : {};
  }

  /** Clients that will not be heard of any more. */
  lose(clients: readonly PartyId[]): ServerStep {
    for (const client of clients) this.#gone.add(client);
    const wasSharing = this.#phase === "share";
    const step = this.#goOn();
    // The others need not wait for shares that will never come.
    const isSharing = wasSharing && this.#phase === "share" && step.abort === undefined;
    return isSharing ? { send: [this.#askForReports(this.#placesOfGone())] } : step;
  }

  deadline(): ServerStep {
    switch (this.#phase) {
      case "key":
        return this.lose(this.#cohort.clients.filter((client) => !this.#keys.has(client)));
      case "share":
        this.#phase = "report";
        return { phase: "report", send: [this.#askForReports(this.#clients.keys())] };
      case "report":
        return this.lose(this.#clients.filter((_, place) => !this.#held.has(place)));
      case "upload":
        return this.#fixIncluded();
      case "recover":
        return this.lose(this.#clients.filter((_, place) => !this.#recoveries.has(place)));
    }
  }

  #key(from: PartyId, key: unknown): ServerStep {
    if (this.#phase !== "key" || this.#keys.has(from)) return {};
    if (!isPublicKey(key)) return this.#reject(from, "its key is not a public key");
    this.#keys.set(from, key);
    return this.#goOn();
  }

  #report(place: number, bitmap: unknown): ServerStep {
    if ((this.#phase !== "share" && this.#phase !== "report") || this.#held.has(place)) return {};
    const held = fromBitmap(bitmap, this.#clients.length);
    if (!held) return this.#reject(this.#clients[place], "its report of what it holds is malformed");
    this.#held.set(place, held);
    return this.#goOn();
  }

  #upload(place: number, masked: unknown): ServerStep {
    if (this.#phase === "recover" || this.#uploaded.has(place)) return {};
    if (!isFieldVector(masked, this.#symbols)) {
      return this.#reject(
        this.#clients[place],
        `its upload is not a vector of ${this.#symbols} field elements`,
      );
    }
    this.#received += masked.length;
    this.#uploaded.add(place);
    if (this.#phase !== "upload") {
      this.#early.set(place, masked);
      return {};
    }
    if (this.#eligible.has(place)) addInto(this.#sum, masked);
    return this.#goOn();
  }

  #recovery(place: number, sum: unknown): ServerStep {
    if (this.#phase !== "recover" || this.#recoveries.has(place)) return {};
    if (!isFieldVector(sum, this.#shareLength)) {
      return this.#reject(
        this.#clients[place],
        `its recovery is not a vector of ${this.#shareLength} field elements`,
      );
    }
    this.#received += sum.length;
    this.#recoveries.set(place, sum);
    return this.#goOn();
  }

  /** Ends the phase when nothing more is to be waited for, or the round when nothing can save it. */
  #goOn(): ServerStep {
    // What no one could finish is given up at once: clients may still be training for a long time.
    const isPlanned = this.#phase !== "key" && this.#phase !== "recover";
    if (isPlanned && this.#here().length < this.#survivors) return this.#tooManyGone();
    switch (this.#phase) {
      case "key": {
        const here = this.#cohort.clients.filter((client) => !this.#gone.has(client));
        if (here.length < this.#survivors) return this.#tooManyGone();
        return here.every((client) => this.#keys.has(client)) ? this.#plan(here) : {};
      }
      case "share":
      case "report":
        return this.#here().every((place) => this.#held.has(place)) ? this.#awaitUploads() : {};
      case "upload": {
        const awaited = this.#here().filter(
          (place) => this.#eligible.has(place) && !this.#uploaded.has(place),
        );
        const included = this.#included().length;
        if (included + awaited.length < this.#fewest()) return this.#tooFew();
        const isEnough = included >= Math.max(this.#cohort.target, this.#fewest());
        return isEnough || awaited.length === 0 ? this.#fixIncluded() : {};
      }
      case "recover": {
        const awaited = this.#here().filter((place) => !this.#recoveries.has(place));
        if (this.#recoveries.size + awaited.length < this.#survivors) return this.#tooManyGone();
        return this.#recoveries.size >= this.#survivors ? this.#finish() : {};
      }
    }
  }

  #plan(clients: readonly PartyId[]): ServerStep {
    this.#phase = "share";
    this.#clients = clients;
    const keys = clients.map((client) => this.#keys.get(client)!);
    const body = { asked: this.#cohort.clients.length };
    const tensors = encodeRoster({ names: clients, keys });
    return { phase: "share", send: [{ to: clients, kind: "plan", body, tensors }] };
  }

  /** Of those who have not said what they hold; they need not wait for the shares of some. */
  #askForReports(places: Iterable<number>): Outgoing {
    const silent = this.#here().filter((place) => !this.#held.has(place));
    const without = toBitmap(places, this.#clients.length);
    return { to: silent.map((place) => this.#clients[place]), kind: "report", tensors: { without } };
  }

  /** Whose mask shares are with everyone who is left can be included. */
  #awaitUploads(): ServerStep {
    this.#phase = "upload";
    const held = this.#here().map((place) => new Set(this.#held.get(place)!));
    this.#eligible = new Set(
      [...this.#clients.keys()].filter((place) => held.every((set) => set.has(place))),
    );
    for (const place of this.#included()) addInto(this.#sum, this.#early.get(place)!);
    this.#early.clear();
    return { phase: "upload", ...this.#goOn() };
  }

  #fixIncluded(): ServerStep {
    if (this.#included().length < this.#fewest()) return this.#tooFew();
    this.#phase = "recover";
    const to = this.#here().map((place) => this.#clients[place]);
    const included = toBitmap(this.#included(), this.#clients.length);
    return { phase: "recover", send: [{ to, kind: "include", tensors: { included } }] };
  }

  #finish(): ServerStep {
    const { colluders } = this.#options;
    const clients = this.#clients.length;
    const code = maskCode(clients, colluders, this.#survivors);
    subtractFrom(this.#sum, recoverMasks(code, this.#recoveries, this.#symbols));
    const included = this.#included();
    const loads = lightSecAggLoads({
      ...{ clients, colluders, included: included.length },
      ...{ survivors: this.#survivors, symbols: this.#symbols },
    });
    const figures = {
      ...{ participants: clients, included: included.length, gone: this.#gone.size },
      ...{ survivors: this.#survivors, connections: loads.connections },
      clientSymbols: Math.max(...this.#sent()),
      clientSymbolsExpected: loads.offline + loads.upload + loads.recovery,
      ...{ serverSymbols: this.#received, serverSymbolsExpected: loads.server },
    } satisfies SumFigures & Readonly<Record<string, number>>;
    try {
      const update = decodeSum(this.#sum, settingsFor(this.#options, clients));
      return { result: { update, contributors: included.map((place) => this.#clients[place]), figures } };
    } catch (error) {
      // No client had examples: another cohort may have some.
      if (!(error instanceof RunError)) throw error;
      return { abort: { code: error.code, reason: error.message } };
    }
  }

  /** Field elements that each client has sent, by place: mask shares by the word of those who hold them. */
  #sent(): number[] {
    const sent = this.#clients.map((_, place) => {
      const upload = this.#uploaded.has(place) ? this.#symbols : 0;
      return this.#recoveries.has(place) ? upload + this.#shareLength : upload;
    });
    for (const [holder, held] of this.#held) {
      for (const place of held) if (place !== holder) sent[place] += this.#shareLength;
    }
    return sent;
  }

  /** Places of those who are not gone. */
  #here(): number[] {
    return [...this.#clients.keys()].filter((place) => !this.#gone.has(this.#clients[place]));
  }

  /** Places of those whose contributions are in the sum: so far, and from the phase `recover` on for good. */
  #included(): number[] {
    return [...this.#eligible].filter((place) => this.#uploaded.has(place));
  }

  #placesOfGone(): number[] {
    return [...this.#clients.keys()].filter((place) => this.#gone.has(this.#clients[place]));
  }

  #fewest(): number {
    return Math.max(this.#cohort.minimum, fewestIncluded(this.#options, this.#clients.length));
  }

  #reject(client: PartyId, fault: string): ServerStep {
    const reason = `The message was refused: ${fault}.`;
    return { ...this.lose([client]), rejected: [{ client, code: "secure.invalid", reason }] };
  }

  #tooManyGone(): ServerStep {
    const asked = this.#cohort.clients.length;
    const spare = asked - this.#survivors;
    const reason = `More than ${spare} of ${asked} clients left or fell silent; the others cannot undo the masks.`;
    return { abort: { code: "secure.dropouts", reason } };
  }

  #tooFew(): ServerStep {
    const reason = `Fewer than ${this.#fewest()} clients contributed whose masks can be undone.`;
    return { abort: { code: "secure.too-few", reason } };
  }
}

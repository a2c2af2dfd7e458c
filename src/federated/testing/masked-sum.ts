/**
 * A toy protocol for tests that uses every hook of `Protocol`: a set-up phase, a plan for the clients, two phases
 * of messages, client-to-client messages, work on the server, state across rounds. Each client sends a mask to
 * its right neighbour in the ring, uploads update + own mask - received mask, and confirms in a second phase;
 * the masks cancel in the sum. Not secure, and not robust to dropouts: a missing client aborts the attempt.
 */
import { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../../runtime/party.ts";
import type {
  ClientContribution,
  ClientHalf,
  Cohort,
  Protocol,
  ServerHalf,
  ServerStep,
  Step,
} from "../protocol.ts";

export function maskedSum(): Protocol {
  return {
    kind: "masked-sum",
    betweenClients: true,
    server: () => new Server(),
    client: (me) => new Client(me),
  };
}

class Server implements ServerHalf {
  #greeted = new Set<PartyId>();
  #registered = 0;
  #roundsOpened = 0;
  #cohort: Cohort | undefined;
  #uploads = new Map<PartyId, Float32Array>();
  #confirmed = new Set<PartyId>();
  #audited = false;

  setup(clients: readonly PartyId[]): ServerStep {
    this.#registered = clients.length;
    return { send: [{ to: clients, kind: "hello" }] };
  }

  open(cohort: Cohort) {
    this.#cohort = cohort;
    this.#uploads.clear();
    this.#confirmed.clear();
    this.#audited = false;
    this.#roundsOpened++;
    return {
      plan: { ring: cohort.clients, opened: this.#roundsOpened },
      step: {
        jobs: [
          {
            id: "audit",
            job: {
              kind: "evaluate" as const,
              parameters: new Float32Array(cohort.dimension),
              on: "test" as const,
            },
          },
        ],
      },
    };
  }

  message(from: PartyId, message: { kind: string; tensors?: Readonly<Record<string, unknown>> }): ServerStep {
    if (message.kind === "hello") {
      this.#greeted.add(from);
      return this.#greeted.size === this.#registered ? { ready: true } : {};
    }
    const { clients } = this.#cohort!;
    if (message.kind === "upload") {
      this.#uploads.set(from, message.tensors?.masked as Float32Array);
      const complete = this.#uploads.size === clients.length;
      return complete ? { phase: "confirm", send: [{ to: clients, kind: "confirm" }] } : {};
    }
    this.#confirmed.add(from);
    return this.#finishIfComplete();
  }

  done(): ServerStep {
    this.#audited = true;
    return this.#finishIfComplete();
  }

  left(): ServerStep {
    return this.deadline();
  }

  deadline(): ServerStep {
    return {
      abort: { code: "masked-sum.missing", reason: "A client is missing and its mask does not cancel." },
    };
  }

  snapshot(): unknown {
    return this.#roundsOpened;
  }

  restore(state: unknown): void {
    this.#roundsOpened = state as number;
  }

  #finishIfComplete(): ServerStep {
    const { clients, dimension } = this.#cohort!;
    if (!this.#audited || this.#confirmed.size < clients.length) return {};
    const update = new Float32Array(dimension);
    for (const masked of this.#uploads.values()) {
      for (let i = 0; i < dimension; i++) update[i] += masked[i] / clients.length;
    }
    return { result: { update, contributors: [...clients] } };
  }
}

class Client implements ClientHalf {
  readonly #me: PartyId;
  #own: Float32Array = new Float32Array();
  #received: Float32Array | undefined;
  #update: Float32Array | undefined;

  constructor(me: PartyId) {
    this.#me = me;
  }

  open({ round, plan, dimension }: Parameters<ClientHalf["open"]>[0]): Step {
    const { ring } = plan as { ring: PartyId[] };
    const random = SimulationRandom.fromSeed(round).stream(this.#me);
    this.#own = Float32Array.from({ length: dimension }, () => random.integer(1024) / 64);
    this.#received = undefined;
    this.#update = undefined;
    const right = ring[(ring.indexOf(this.#me) + 1) % ring.length];
    return { send: [{ to: [right], kind: "mask", tensors: { mask: this.#own } }] };
  }

  contribute({ update }: ClientContribution): Step {
    this.#update = update;
    return this.#upload();
  }

  message(_from: PartyId, message: { kind: string; tensors?: Readonly<Record<string, unknown>> }): Step {
    if (message.kind === "hello" || message.kind === "confirm") {
      return { send: [{ to: ["server"], kind: message.kind }] };
    }
    this.#received = message.tensors?.mask as Float32Array;
    return this.#upload();
  }

  snapshot(): unknown {
    return [this.#own, this.#received, this.#update];
  }

  restore(state: unknown): void {
    const [own, received, update] = state as [Float32Array, ...(Float32Array | undefined)[]];
    this.#own = own;
    this.#received = received;
    this.#update = update;
  }

  #upload(): Step {
    const own = this.#own;
    const received = this.#received;
    const update = this.#update;
    if (!received || !update) return {};
    const masked = update.map((u, i) => u + own[i] - received[i]);
    return { send: [{ to: ["server"], kind: "upload", tensors: { masked } }] };
  }
}

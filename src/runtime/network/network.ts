/**
 * The simulated network: how long things take and what goes wrong, for the discrete-event simulation. It is not
 * a clock and moves no messages; the simulation asks it and schedules accordingly.
 *
 * Every answer is a pure function of the run's seed and of the question: each draw comes from a substream of its
 * own, named by round, attempt, client and purpose. So the order of the questions does not matter, and two
 * schemes under comparison meet identical delays whatever else they draw.
 */
import type { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../party.ts";
import { drawComputeSeconds } from "./compute-delay.ts";
import { drawLinkSeconds } from "./link-delay.ts";
import type { LinkSpec, NetworkSpec } from "./spec.ts";

/** The party whose end of a link costs nothing; all others have an uplink and a downlink of their own. */
const SERVER = "server";

/** Names a try at a round. */
export interface Moment {
  readonly round: number;
  /** 0-based try at this round; default 0. Another attempt meets other delays and faults, so it can succeed. */
  readonly attempt?: number;
}

export interface ComputeQuestion extends Moment {
  readonly client: PartyId;
  /** Examples processed, repetitions counted: epochs times rows. */
  readonly examples: number;
}

export interface MessageQuestion extends Moment {
  readonly from: PartyId;
  readonly to: PartyId;
  /** What the message is for; equal purposes meet equal delays in schemes under comparison. */
  readonly purpose: string;
  /** 0-based position among the messages of this purpose from `from` to `to` in this attempt; default 0. */
  readonly sequence?: number;
}

export interface LinkQuestion extends MessageQuestion {
  /** Frame bytes. */
  readonly bytes: number;
}

export interface AvailabilityQuestion extends Moment {
  readonly client: PartyId;
  /** How long the client's work of this round takes, as computeSeconds said. */
  readonly workSeconds: number;
}

/** A client leaves during its work. */
export interface Absence {
  /** Seconds from the start of the work, uniform in [0, workSeconds). */
  readonly leavesAfter: number;
  /** Seconds from leaving until the return; null: with the next round. */
  readonly returnsAfter: number | null;
  /** True: the client lost its volatile state and starts afresh. */
  readonly crash: boolean;
}

export interface Network {
  /** Seconds of local work. */
  computeSeconds(question: ComputeQuestion): number;
  /** Seconds from sending to arrival: the sender's uplink plus the receiver's downlink, none for the server. */
  linkSeconds(question: LinkQuestion): number;
  /** Null: the client stays throughout. A dropout takes precedence over a crash. */
  availability(question: AvailabilityQuestion): Absence | null;
  /** Extra seconds of each copy that arrives: `[]` is a loss, `[0]` the ordinary case, two are a duplicate. */
  messageFate(question: MessageQuestion): readonly number[];
  /** Clients on slow hardware, sorted as in the list of clients. */
  readonly slowClients: readonly PartyId[];
}

/**
 * The network of a run.
 *
 * @param spec checked by the recipe's schema; null for no delays and no faults.
 * @param random the root stream of the run; never advanced.
 * @param clients everyone who may be slow; exactly round(fraction * clients) of them are.
 */
export function createNetwork(
  spec: NetworkSpec | null,
  random: SimulationRandom,
  clients: readonly PartyId[],
): Network {
  const { compute, uplink, downlink, slow, dropout = 0, crash, faults } = spec ?? {};
  const root = random.stream("network");
  const slowClients = chooseSlow(clients, slow?.fraction ?? 0, root.stream("slow"));
  const slowSet = new Set(slowClients);

  const stream = ({ round, attempt = 0 }: Moment, client: PartyId, ...purpose: (string | number)[]) =>
    root.stream(round, attempt, client, ...purpose);
  const linkSeconds = (spec: LinkSpec | undefined, client: PartyId, end: string, question: LinkQuestion) => {
    if (spec === undefined || client === SERVER) return 0;
    const { from, to, purpose, sequence = 0 } = question;
    const peer = client === from ? to : from;
    return drawLinkSeconds(spec, question.bytes, stream(question, client, end, peer, purpose, sequence));
  };

  return {
    slowClients,

    computeSeconds(question) {
      if (compute === undefined) return 0;
      const { client, examples } = question;
      const seconds = drawComputeSeconds(compute, examples, stream(question, client, "compute"));
      return slow !== undefined && slowSet.has(client) ? seconds * slow.factor : seconds;
    },

    linkSeconds(question) {
      const up = linkSeconds(uplink, question.from, "uplink", question);
      return up + linkSeconds(downlink, question.to, "downlink", question);
    },

    availability(question) {
      const { client, workSeconds } = question;
      if (dropout > 0) {
        const draw = stream(question, client, "dropout");
        if (draw.uniform() < dropout) {
          return { leavesAfter: draw.uniform() * workSeconds, returnsAfter: null, crash: false };
        }
      }
      if (crash !== undefined) {
        const draw = stream(question, client, "crash");
        if (draw.uniform() < crash.probability) {
          return {
            leavesAfter: draw.uniform() * workSeconds,
            returnsAfter: draw.exponential() * crash.downtime,
            crash: true,
          };
        }
      }
      return null;
    },

    messageFate(question) {
      if (faults === undefined) return ON_TIME;
      const { loss = 0, duplicate = 0, reorder = { probability: 0, seconds: 0 } } = faults;
      const { from, to, purpose, sequence = 0 } = question;
      const draw = stream(question, from, "fate", to, purpose, sequence);
      // Always the same draws in the same order: switching one fault on does not move the others.
      const lost = draw.uniform() < loss;
      const twice = draw.uniform() < duplicate;
      const holdBack = () => {
        const held = draw.uniform() < reorder.probability;
        const seconds = draw.uniform() * reorder.seconds;
        return held ? seconds : 0;
      };
      if (lost) return [];
      return twice ? [holdBack(), holdBack()] : [holdBack()];
    },
  };
}

const ON_TIME: readonly number[] = Object.freeze([0]);

/** The round(fraction * n) clients with the smallest draws, each from a stream of its own name. */
function chooseSlow(clients: readonly PartyId[], fraction: number, random: SimulationRandom): PartyId[] {
  const count = Math.round(fraction * clients.length);
  if (count === 0) return [];
  const ranked = clients.map((client) => ({ client, draw: random.stream(client).uniform() }));
  ranked.sort((a, b) => a.draw - b.draw);
  const chosen = new Set(ranked.slice(0, count).map(({ client }) => client));
  return clients.filter((client) => chosen.has(client));
}

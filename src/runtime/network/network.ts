/**
 * The network of a run: how long things take, in the discrete-event simulation, and what goes wrong, there and over
 * real sockets. It is not a clock and moves no messages; whoever does asks it.
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
  /** Seconds from leaving until the return; null for a dropout: with the next round. */
  readonly returnsAfter: number | null;
  /** Whoever drops out or crashes leaves its work undone; who leaves only loses its connection, and works on. */
  readonly kind: "dropout" | "crash" | "leave";
}

/** What becomes of a message on its way. */
export interface MessageFate {
  /** Extra seconds of each copy that arrives: `[]` is a loss, `[0]` the ordinary case, two are a duplicate. */
  readonly copies: readonly number[];
  /** Added to the round that the message claims: 0 for the truth, else -1 or 1. */
  readonly lie: number;
  /** What decides how the message's bytes are garbled; undefined: they arrive as they were sent. */
  readonly garbage: SimulationRandom | undefined;
}

export interface Network {
  /** Seconds of local work. */
  computeSeconds(question: ComputeQuestion): number;
  /** Seconds from sending to arrival: the sender's uplink plus the receiver's downlink, none for the server. */
  linkSeconds(question: LinkQuestion): number;
  /** Null: the client stays throughout. A dropout takes precedence over a crash, and a crash over leaving. */
  availability(question: AvailabilityQuestion): Absence | null;
  messageFate(question: MessageQuestion): MessageFate;
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
          return { leavesAfter: draw.uniform() * workSeconds, returnsAfter: null, kind: "dropout" };
        }
      }
      if (crash !== undefined) {
        const draw = stream(question, client, "crash");
        if (draw.uniform() < crash.probability) {
          return {
            leavesAfter: draw.uniform() * workSeconds,
            returnsAfter: draw.exponential() * crash.downtime,
            kind: "crash",
          };
        }
      }
      if (faults?.leave !== undefined) {
        const { probability, seconds } = faults.leave;
        const draw = stream(question, client, "leave");
        if (draw.uniform() < probability) {
          return { leavesAfter: draw.uniform() * workSeconds, returnsAfter: seconds, kind: "leave" };
        }
      }
      return null;
    },

    messageFate(question) {
      if (faults === undefined) return UNTROUBLED;
      const { loss = 0, duplicate = 0, reorder = NEVER, delay = NEVER, garbage = 0, lie = 0 } = faults;
      const { round, from, to, purpose, sequence = 0 } = question;
      const own = (fault: string) => stream(question, from, fault, to, purpose, sequence);
      const draw = own("fate");
      // Always the same draws in the same order: switching one fault on does not move the others.
      const lost = draw.uniform() < loss;
      const twice = draw.uniform() < duplicate;
      const holdBack = () => {
        const held = draw.uniform() < reorder.probability;
        const seconds = draw.uniform() * reorder.seconds;
        return held ? seconds : 0;
      };
      if (lost) return LOST;
      const delaying = own("delay");
      const late = delaying.uniform() < delay.probability ? delaying.exponential() * delay.seconds : 0;
      const lying = own("lie");
      const garbling = own("garbage");
      return {
        copies: twice ? [late + holdBack(), late + holdBack()] : [late + holdBack()],
        lie: lying.uniform() >= lie ? 0 : round === 0 || lying.uniform() < 0.5 ? 1 : -1,
        garbage: garbling.uniform() < garbage ? garbling : undefined,
      };
    },
  };
}

const NEVER = { probability: 0, seconds: 0 };
const UNTROUBLED: MessageFate = Object.freeze({ copies: Object.freeze([0]), lie: 0, garbage: undefined });
const LOST: MessageFate = Object.freeze({ copies: Object.freeze([]), lie: 0, garbage: undefined });

/** The round(fraction * n) clients with the smallest draws, each from a stream of its own name. */
function chooseSlow(clients: readonly PartyId[], fraction: number, random: SimulationRandom): PartyId[] {
  const count = Math.round(fraction * clients.length);
  if (count === 0) return [];
  const ranked = clients.map((client) => ({ client, draw: random.stream(client).uniform() }));
  ranked.sort((a, b) => a.draw - b.draw);
  const chosen = new Set(ranked.slice(0, count).map(({ client }) => client));
  return clients.filter((client) => chosen.has(client));
}

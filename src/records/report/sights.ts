/**
 * What each party saw under a secure protocol, in words, with the run's own numbers: what came to it, what stays hidden
 * from it, and on what that rests. What holds against any computing power and what does not is told apart.
 */
import { formatNumber, formatPercent } from "./format.ts";
import type { SecureView } from "./secure-view.ts";

/** Texts have no full stop; they may begin with a number, or a small letter where a log has none. */
export interface Sight {
  readonly party: string;
  readonly saw: readonly string[];
  readonly hidden: readonly string[];
}

export interface Sights {
  readonly parties: readonly Sight[];
  /** What must be so for the above to hold. */
  readonly rests: readonly string[];
  /** What the protocol's formulas say of symbols: what a client sends, what the server receives, what letters mean. */
  readonly formulas: { readonly client: string; readonly server: string; readonly letters: string };
}

type Facts = Omit<SecureView, "sights">;

/** Null for a protocol that is not secure, or not known. */
export function sightsOf(facts: Facts): Sights | null {
  switch (facts.kind) {
    case "swiftagg-plus":
      return swiftAggPlus(facts);
    case "lightsecagg":
      return lightSecAgg(facts);
    case "secagg-plus":
    case "secagg":
      return secAgg(facts);
    case "secea":
      return secEa(facts);
    default:
      return null;
  }
}

function swiftAggPlus(facts: Facts): Sights {
  const { colluders = 0 } = numbersOf(facts);
  const parts = facts.figure("parts");
  const needed = parts === undefined ? "K + T" : `K + T = ${parts + colluders}`;
  const passedOn = countOf(facts, "partial")
    ? ["A sum of shares, sealed, from the group before its own"]
    : [];
  return {
    parties: [
      {
        party: "The server",
        saw: [
          `${amount(countOf(facts, "final"), "sum of shares", "sums of shares")}: any ${needed}${ofGroup(facts)} give ${theSum(facts)}`,
          ...toServer(facts),
        ],
        hidden: [
          "Any one client's update or weight: what the sums tell beyond their total is uniformly random",
        ],
      },
      {
        party: "A client",
        saw: [
          `${amount(mostTo(facts, "share"), "share", "shares")} of others' updates, sealed for it alone`,
          ...passedOn,
          ...toClient(facts),
        ],
        hidden: [fromClient("Others' updates", "share", colluders)],
      },
      ...together(colluders, "Anything but the sum of the others' updates"),
    ],
    rests: [honesty, sealing, expansion, ...among(facts), sums(facts)],
    formulas: {
      client: "G = K + T + D pieces of ⌈L / K⌉, which is (1 + (T + D) / K) L where K divides L",
      server: "K + T of these pieces, (1 + T / K) L",
      letters: lengthOfUpdate,
    },
  };
}

function lightSecAgg(facts: Facts): Sights {
  const { colluders = 0, survivors } = numbersOf(facts);
  const helpers = facts.figure("survivors") ?? survivors;
  const needed = helpers === undefined ? "U" : `U = ${helpers}`;
  return {
    parties: [
      {
        party: "The server",
        saw: [
          `${amount(countOf(facts, "upload"), "update", "updates")}, each under a mask of its own`,
          `${amount(countOf(facts, "recovery"), "sum of mask shares", "sums of mask shares")}: any ${needed}${ofGroup(facts)} give the sum of the masks, and so ${theSum(facts)}`,
          ...toServer(facts),
        ],
        hidden: [
          "Any one client's update or weight: under its mask it is uniformly random, also one that came too late for the sum",
        ],
      },
      {
        party: "A client",
        saw: [
          `${amount(mostTo(facts, "share"), "share", "shares")} of others' masks, sealed for it alone`,
          ...toClient(facts),
        ],
        hidden: [
          "Others' updates, which it never gets, masked or not",
          fromClient("Others' masks", "share", colluders),
        ],
      },
      ...together(colluders, "Anything but the sum of the others' updates"),
    ],
    rests: [honesty, sealing, expansion, ...among(facts), sums(facts)],
    formulas: {
      client:
        "(N - 1) s to other clients while it trains, then L and s to the server, with s = ⌈L / (U - T)⌉",
      server: "L from each client in the sum, and U times s",
      letters: lengthOfUpdate,
    },
  };
}

function secAgg(facts: Facts): Sights {
  const { corruptFraction, neighbours, threshold } = numbersOf(facts);
  const k = letter("k", facts.figure("neighbours"));
  const t = letter("t", facts.figure("threshold"));
  const byFractions = neighbours === undefined && threshold === undefined && corruptFraction !== undefined;
  const chance = byFractions
    ? `: with ${formatPercent(corruptFraction)} of all clients among them that fails with a probability of at most 2⁻⁴⁰`
    : "";
  return {
    parties: [
      {
        party: "The server",
        saw: [
          `${amount(countOf(facts, "upload"), "update", "updates")}, each under a mask of its own and one for each of ${k} neighbours, which cancel in ${theSum(facts)}`,
          "Of each client one secret, from shares: the seed of its own mask if it uploaded, the key of the other masks if not",
          ...toServer(facts),
        ],
        hidden: [
          "Any one client's update or weight, unless it can break ChaCha20 or X25519: it takes off own masks, and those between neighbours stay on each upload",
        ],
      },
      {
        party: "A client",
        saw: [
          `A share of two secrets of each of its ${k} neighbours, sealed for it alone`,
          ...toClient(facts),
        ],
        hidden: [
          "Others' updates, which it never gets, masked or not",
          `Others' secrets: fewer than ${t} shares of one are uniformly random`,
        ],
      },
      {
        party: "The server and some clients",
        saw: [all],
        hidden: [
          `Anything but the sum of the others' updates, if they can break no cipher and no other client has ${t} of them as neighbours${chance}`,
        ],
      },
    ],
    rests: [
      honesty,
      `Against computing power without bounds it does not hold: masks are expanded by ChaCha20 from seeds of 256 bits, and keys are agreed on by X25519.`,
      sealing,
      ...among(facts),
      sums(facts),
    ],
    formulas: {
      client: "16 of keys, 22 k of shares, L, and 11 k to unmask",
      server: "the same of each client, as far as it came",
      letters: lengthOfUpdate,
    },
  };
}

function secEa(facts: Facts): Sights {
  const { colluders = 0 } = numbersOf(facts);
  return {
    parties: [
      {
        party: "The server",
        saw: [
          `The union of all clients' entities, ${letter("M", facts.figure("union"))} of them: not who has which, nor how many have one`,
          "Totals of what clients measured on their own data, nobody's own",
          ...toServer(facts),
        ],
        hidden: [
          "Any client's entities and embeddings, what it asked for, and what it got: they pass through here sealed",
        ],
      },
      {
        party: "A client",
        saw: [
          `${amount(mostTo(facts, "tables"), "share", "shares")} of others' embeddings, and shares of what they have and ask for, sealed for it alone`,
          `Answers to its own ${amount(facts.figure("queries"), "question", "questions")}: for each of its entities the mean over those who have it, and how many have it`,
          "The union of all clients' entities, and the public keys of all",
        ],
        hidden: [
          fromClient("Others' embeddings and questions", "share", colluders),
          "Means of entities that it does not have; who else has its own",
        ],
      },
      ...together(
        colluders,
        "Anything but the union, the totals, and what the clients got for entities of theirs",
      ),
    ],
    rests: [
      honesty,
      sealing,
      expansion,
      "Clients stay from the first registration on: a new one tells the union of those who are there then, in which what only the absent have is missing.",
      "What clients get tells of those who share their entities: where only one other client has one, the mean is that client's embedding.",
    ],
    formulas: {
      client:
        "(N - 1) M s of embeddings, (N - 1) Q s of answers, a few of measurements, and as one of T + 1 + D that hide answers (N - 1) N Q s; in a round with a new registration also N ⌈B / K⌉ of what it has and (N - 1) Q M of questions",
      server: "K + T sums of what was measured, and with a new registration as many of ⌈B / K⌉",
      letters:
        "B entities in the dictionary, M that anybody has, Q that each asks for, and s = ⌈(d + 1) / K⌉ for embeddings of d numbers",
    },
  };
}

const lengthOfUpdate = "L symbols in an update and its weight";
const all = "All that they saw, put together";
const honesty =
  "It holds for parties that follow the protocol and at most pool what they see; a client that lies about its update spoils the sum unnoticed.";
const sealing =
  "The server passes sealed messages on and tells clients each other's keys: one that lies about keys reads along. Against one that does not, seals are as strong as X25519, HKDF-SHA256 and ChaCha20-Poly1305.";
const expansion =
  "What is uniformly random tells nothing, whatever anybody can compute, as far as random numbers are random: here those of the platform's secure generator.";

function toServer(facts: Facts): string[] {
  const participants = facts.figure("participants");
  const keys =
    participants === undefined ? "Clients' public keys" : `Public keys of ${clients(participants)}`;
  return [`${keys}; who took part, and when`, "Sealed messages on their way, which it cannot open"];
}

function toClient(facts: Facts): string[] {
  const keys = facts.groups > 1 ? "Public keys of its group" : "Public keys of those it talks to";
  return [`${keys}; the model, and whether its update counts`];
}

/** @param what it might want to know, of which it holds parts called `part` */
function fromClient(what: string, part: string, colluders: number): string {
  if (colluders === 0) return `With T = 0 nothing: what it holds of others may tell it something`;
  const others = colluders === 1 ? "" : `, and so are those that any T = ${colluders} clients hold together`;
  return `${what}: a ${part} is uniformly random${others}`;
}

/** @param hidden what stays hidden from those who pool what they see */
function together(colluders: number, hidden: string): Sight[] {
  if (colluders === 0) return [];
  return [
    {
      party: `The server and any ${colluders === 1 ? "one client" : clients(colluders)}`,
      saw: [all],
      hidden: [
        `${hidden}, whatever they can compute, seals apart; from T + 1 = ${colluders + 1} clients on that is not promised`,
      ],
    },
  ];
}

function sums({ hasNoise }: Facts): string {
  return hasNoise
    ? "What the sum itself tells of a client is bounded by nothing but the clients' noise: see the run's ε and δ."
    : "The sum itself is not protected: it may tell something of those in it, the more the fewer they are and the more rounds they share.";
}

/** Where groups are summed apart, a client hides among fewer. */
function among({ groups, figure }: Facts): string[] {
  const participants = figure("participants");
  if (groups === 1 || participants === undefined) return [];
  return [
    `A client hides among its group of about ${formatNumber(Math.round(participants / groups))}, not among all ${formatNumber(participants)}: the server learns ${formatNumber(groups)} sums.`,
  ];
}

function theSum({ groups, figure, round }: Facts): string {
  const included = figure("included") ?? round.contributed;
  return groups > 1 ? "the sum of its updates" : `the sum of ${formatNumber(included)} updates and weights`;
}

function ofGroup({ groups }: Facts): string {
  return groups > 1 ? " of a group" : "";
}

/** Messages of this kind of the protocol; undefined in older logs. */
function countOf({ kind, messages }: Facts, name: string): number | undefined {
  return messages.find((tally) => tally.kind === `${kind}/${name}`)?.count;
}

/** Messages of this kind that came to the party to which most came; they are equally long. */
function mostTo({ kind, messages }: Facts, name: string): number | undefined {
  const tally = messages.find((each) => each.kind === `${kind}/${name}`);
  return tally && Math.round((tally.mostReceived * tally.count) / tally.bytes);
}

/** The numbers of the recipe's section. */
function numbersOf({ protocol }: Facts): Partial<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(protocol).filter(([, value]) => typeof value === "number"),
  ) as Record<string, number>;
}

function amount(count: number | undefined, one: string, many: string): string {
  if (count === undefined) return many;
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

function clients(count: number): string {
  return amount(count, "client", "clients");
}

function letter(name: string, value: number | undefined): string {
  return value === undefined ? name : `${name} = ${formatNumber(value)}`;
}

/**
 * Robust rules over secure sums: every round the clients are dealt to groups at random, each group runs a secure
 * protocol by itself, and a rule combines the groups' means. The server sees one mean a group and no single update; a
 * Byzantine client can spoil the mean of its own group only, so a rule that withstands f spoilt groups withstands f
 * Byzantine clients. What is given up is privacy within the crowd: a client hides among its group, not among all.
 *
 * Averages of random groups under a robust rule are bucketing (Karimireddy, He and Jaggi 2022); with secure sums inside
 * the groups the idea is that of So, Guler and Avestimehr 2021 (BREA) turned round, and ours in this form.
 */
import type { Aggregator } from "../aggregation/aggregator.ts";
import type { Cohort, Combined, Protocol, ServerHalf, ServerStep } from "../federated/protocol.ts";
import type { Message } from "../runtime/message.ts";
import type { PartyId } from "../runtime/party.ts";
import type { SumFigures } from "./sum-figures.ts";

export interface GroupsOptions {
  /** Groups of a round; none is smaller than another by more than one client. */
  readonly groups: number;
  /** Combines the groups' means, which all count the same. It may remember rounds, not groups: they are new in each. */
  readonly aggregator: () => Aggregator;
}

/** `inner` in each of several groups. Clients need not know: the members of a group are all that they ever see. */
export function acrossGroups(inner: Protocol, options: GroupsOptions): Protocol {
  return { ...inner, server: () => new GroupsServer(inner, options) };
}

/** One group in a round. */
interface Group {
  readonly name: string;
  readonly half: ServerHalf;
  outcome: Combined | "failed" | undefined;
}

class GroupsServer implements ServerHalf {
  readonly #inner: Protocol;
  readonly #options: GroupsOptions;
  readonly #aggregator: Aggregator;
  #cohort: Cohort | undefined;
  #groups: readonly Group[] = [];
  #groupOf = new Map<PartyId, Group>();

  constructor(inner: Protocol, options: GroupsOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#aggregator = options.aggregator();
  }

  open(cohort: Cohort): { step: ServerStep } {
    this.#cohort = cohort;
    const { groups: count } = this.#options;
    const shuffled = cohort.random.stream("groups").shuffle([...cohort.clients].sort());
    const steps: ServerStep[] = [];
    this.#groupOf = new Map();
    this.#groups = Array.from({ length: count }, (_, g) => {
      const clients = shuffled.filter((_, i) => i % count === g);
      const group: Group = { name: `group-${g}`, half: this.#inner.server(), outcome: undefined };
      for (const client of clients) this.#groupOf.set(client, group);
      const random = cohort.random.stream("group", g);
      const opened = group.half.open({ ...cohort, clients, minimum: 1, target: clients.length, random });
      steps.push(this.#noted(group, opened.step ?? {}));
      return group;
    });
    return { step: this.#together(steps) };
  }

  message(from: PartyId, message: Message): ServerStep {
    return this.#ask(this.#groupOf.get(from), (half) => half.message(from, message));
  }

  left(client: PartyId): ServerStep {
    return this.#ask(this.#groupOf.get(client), (half) => half.left(client));
  }

  /** Every group's step into a new phase has put it off, so all that are not done have had their time. */
  deadline(): ServerStep {
    const waiting = this.#groups.filter(({ outcome }) => outcome === undefined);
    return this.#together(
      waiting.map((group) => {
        const step = group.half.deadline();
        if (!step.result && !step.abort && step.phase === undefined) group.outcome = "failed";
        return this.#noted(group, step);
      }),
    );
  }

  snapshot(): unknown {
    return this.#aggregator.snapshot?.();
  }

  restore(state: unknown): void {
    this.#aggregator.restore?.(state);
  }

  #ask(group: Group | undefined, question: (half: ServerHalf) => ServerStep): ServerStep {
    if (group === undefined || group.outcome !== undefined) return {};
    return this.#together([this.#noted(group, question(group.half))]);
  }

  /** Keeps what a group has come to; the rest of its step is the round's. */
  #noted(group: Group, { result, abort, ...step }: ServerStep): ServerStep {
    if (abort) group.outcome = "failed";
    else if (result) group.outcome = result;
    return step;
  }

  #together(steps: readonly ServerStep[]): ServerStep {
    const send = steps.flatMap((step) => step.send ?? []);
    const rejected = steps.flatMap((step) => step.rejected ?? []);
    const phase = steps.find((step) => step.phase !== undefined)?.phase;
    return {
      ...(send.length > 0 && { send }),
      ...(rejected.length > 0 && { rejected }),
      ...(this.#groups.length > 0 && this.#groups.every(({ outcome }) => outcome !== undefined)
        ? this.#finish()
        : phase !== undefined && { phase }),
    };
  }

  #finish(): ServerStep {
    const { minimum, dimension, random } = this.#cohort!;
    const { kind, needs, condition } = this.#aggregator;
    const done = this.#groups.flatMap(({ name, outcome }) =>
      outcome === undefined || outcome === "failed" ? [] : [{ name, outcome }],
    );
    const contributors = done.flatMap(({ outcome }) => outcome.contributors);
    if (done.length < needs || contributors.length < minimum) {
      const reason =
        done.length < needs
          ? `Only ${done.length} of ${this.#groups.length} groups came to a sum, and ${kind} needs ${needs} (${condition}).`
          : `Only ${contributors.length} of at least ${minimum} clients contributed.`;
      return { abort: { code: "round.too-few", reason } };
    }
    const collection = this.#aggregator.collect(dimension, random);
    for (const { name, outcome } of done) {
      collection.add({ client: name, update: outcome.update, weight: 1 });
    }
    const { update, excluded: leftOut, figures = {} } = collection.finish();
    const excluded = done.flatMap(({ name, outcome }) =>
      leftOut.includes(name) ? outcome.contributors : [],
    );
    const groups = { groups: this.#groups.length, groupsDone: done.length, groupsLeftOut: leftOut.length };
    const within = figuresWithin(done.map(({ outcome }) => outcome.figures ?? {}));
    return { result: { update, contributors, excluded, figures: { ...groups, ...figures, within } } };
  }
}

/** Of all groups together; of the other figures the largest of any group says how it is in all, for they differ little. */
const TOTALS: ReadonlySet<string> = new Set<keyof SumFigures | "gone" | "guests" | "brokenSequences">([
  "participants",
  "included",
  "connections",
  "serverSymbols",
  "serverSymbolsExpected",
  "gone",
  "guests",
  "brokenSequences",
]);

/** The figures of the groups that have come to a sum. */
function figuresWithin(groups: readonly NonNullable<Combined["figures"]>[]): Record<string, number> {
  const within: Record<string, number> = {};
  for (const figures of groups) {
    for (const [key, value] of Object.entries(figures)) {
      if (typeof value !== "number") continue;
      const before = within[key] ?? 0;
      within[key] = TOTALS.has(key) ? before + value : Math.max(before, value);
    }
  }
  return within;
}

import type { SimulationRandom } from "../numeric/random.ts";
import type { Aggregate, Aggregator, Collection, Contribution } from "./aggregator.ts";
import type { Rule } from "./rule.ts";

/**
 * A robust rule as a round's aggregator: holds the round's updates until all are there, in the order of their
 * clients' names, and keeps the rule's state between rounds. Every client counts the same, because the number of
 * examples is a client's own word.
 */
export function ruleAggregator(rule: Rule): Aggregator {
  let state: unknown;
  const { kind, needs, condition, usesReference = false } = rule;
  return {
    ...{ kind, needs, condition, usesReference },
    collect: (_, random) =>
      new RuleCollection((contributions, reference) => {
        const { state: next, ...combined } = combine(rule, contributions, random, state, reference);
        state = next;
        return combined;
      }),
    snapshot: () => state,
    restore: (saved) => {
      state = saved;
    },
  };
}

class RuleCollection implements Collection {
  readonly #finish: (contributions: readonly Contribution[], reference?: Float32Array) => Aggregate;
  readonly #contributions: Contribution[] = [];

  constructor(finish: (contributions: readonly Contribution[], reference?: Float32Array) => Aggregate) {
    this.#finish = finish;
  }

  add(contribution: Contribution): void {
    this.#contributions.push(contribution);
  }

  finish(reference?: Float32Array): Aggregate {
    const byName = this.#contributions.sort((a, b) => (a.client < b.client ? -1 : 1));
    return this.#finish(byName, reference);
  }
}

function combine(
  rule: Rule,
  contributions: readonly Contribution[],
  random: SimulationRandom,
  state: unknown,
  reference: Float32Array | undefined,
): Aggregate & { readonly state: unknown } {
  const clients = contributions.map(({ client }) => client);
  const rows = contributions.map(({ update }) => update);
  const {
    update,
    selected,
    figures,
    state: next,
  } = rule.combine({ rows, clients, random, state, reference });
  const kept = new Set(selected ?? rows.keys());
  const excluded = clients.filter((_, i) => !kept.has(i));
  return { update, excluded, state: next, ...(figures && { figures }) };
}

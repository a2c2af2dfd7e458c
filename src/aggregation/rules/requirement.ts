/** How many updates a rule needs for its promise, and for people where that number comes from. */
export interface Requirement {
  readonly needs: number;
  /** `n >= 2f + 3`; empty where any number will do. */
  readonly condition: string;
}

/** n >= `factor` f + `offset` for f = `byzantine`, and at least 1. */
export function requires(byzantine: number, factor: number, offset: number): Requirement {
  const needs = factor * byzantine + offset;
  if (needs <= 1) return { needs: 1, condition: "" };
  return { needs, condition: `n >= ${factor === 1 ? "" : factor}f${offset === 0 ? "" : ` + ${offset}`}` };
}

/** 2f < n: without it no rule can tell who is honest. */
export function honestMajority(byzantine: number): Requirement {
  return requires(byzantine, 2, 1);
}

/** The one that asks for most; the first of equals. */
export function strictest(first: Requirement, ...others: readonly Requirement[]): Requirement {
  return others.reduce((held, next) => (next.needs > held.needs ? next : held), first);
}

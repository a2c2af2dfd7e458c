/** Why a client falls silent for the rest of an attempt. */
export const REFUSALS = {
  plan: "the plan is malformed, leaves its key out, or breaks the run's options",
  inclusion: "the set of those to be included is malformed, too small, or names shares that it does not hold",
  union: "the union is malformed, or lacks an entity that the client owns",
  begin: "those who are to take part are too few, or not all registered",
  embeddings: "its embeddings are not finite",
  contradiction: "the server announced two different things where one was due",
} as const;

export type RefusalReason = keyof typeof REFUSALS;

/** Thrown in the midst of a client's part; the half turns it into a message. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(REFUSALS[reason]);
    this.reason = reason;
  }
}

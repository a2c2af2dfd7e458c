/** When an adversary attacks; its clients are honest in all other rounds. Rounds are 1-based. */
export interface Schedule {
  /** First round of the attack. */
  readonly from: number;
  /** Last round of the attack; none when absent. */
  readonly until?: number;
  /** So many rounds of attack, then `off` rounds of honest work, and again. Always on when one is absent. */
  readonly on?: number;
  readonly off?: number;
}

/** Whether the schedule attacks in `round`. */
export function isActive({ from, until, on, off }: Schedule, round: number): boolean {
  if (round < from || (until !== undefined && round > until)) return false;
  if (on === undefined || off === undefined) return true;
  return (round - from) % (on + off) < on;
}

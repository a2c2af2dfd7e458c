/** A stretch of the log, both ends included. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** Where a run was taken up again: the `run-resumed` event at `sequence` continues the history at `after`. */
export interface ResumePoint {
  readonly sequence: number;
  readonly after: number;
}

/**
 * The stretches of an append-only log that still count, in ascending order. This is the one place that knows
 * what `run-resumed` means.
 *
 * The history up to a `run-resumed` event at s with `after` a is the history up to a, then s itself: what lay
 * between was repeated by the resumed run. The walk goes from the end of the log to its start, so a resume
 * that was itself superseded has no say, whatever it points to.
 *
 * @param resumes all `run-resumed` events of the log, ascending by sequence
 * @param last the last sequence of the log; 0 for an empty one
 */
export function effectiveRanges(resumes: readonly ResumePoint[], last: number): SequenceRange[] {
  const ranges: SequenceRange[] = [];
  let to = last;
  for (const { sequence, after } of resumes.toReversed()) {
    if (sequence > to) continue;
    ranges.push({ from: sequence, to });
    to = after;
  }
  if (to > 0) ranges.push({ from: 1, to });
  return ranges.reverse();
}

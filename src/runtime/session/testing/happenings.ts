/** Waiting for what happens, without sleeping: whoever changes something tells, and conditions are looked at again. */
export function happenings(): {
  readonly tell: () => void;
  /** Until `condition` holds; the test's own time limit ends a hopeless wait. */
  readonly until: (condition: () => boolean) => Promise<void>;
} {
  let waiting: (() => void)[] = [];
  return {
    tell() {
      const wakes = waiting;
      waiting = [];
      for (const wake of wakes) wake();
    },
    async until(condition) {
      while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

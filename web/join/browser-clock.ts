import type { Clock } from "../../src/runtime/host/clock.ts";

/** Longest wait that browsers' timers keep, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The page's, or the worker's, monotonic clock. */
export const browserClock: Clock = {
  now: () => performance.now() / 1000,
  after(seconds, wake) {
    const timer = setTimeout(wake, Math.min(LONGEST, seconds * 1000));
    return () => clearTimeout(timer);
  },
};

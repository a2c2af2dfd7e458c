import type { Clock } from "../host/clock.ts";

/** Longest wait that Node's timers keep, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The process's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now() / 1000,
  after(seconds, wake) {
    const timer = setTimeout(wake, Math.min(LONGEST, seconds * 1000));
    return () => clearTimeout(timer);
  },
};

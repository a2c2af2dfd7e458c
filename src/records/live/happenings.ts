import type { RunEvent } from "../events.ts";
import { keepLast, liveLimits } from "./limits.ts";

/** Messages refused for the same reason. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  count: number;
  /** Who sent the last of them. */
  from: string;
}

/** A client that joined or left. `wall` is in milliseconds since 1970. */
export interface Coming {
  readonly client: string;
  readonly joined: boolean;
  readonly wall: number;
  readonly sequence: number;
}

export type FailedAttempt = Extract<RunEvent, { kind: "round-failed" }>;

/** What happened beside the rounds themselves. */
export interface Happenings {
  /** Most frequent first. */
  readonly refusals: readonly Refusal[];
  /** Refused messages that are in none of `refusals`. */
  readonly furtherRefusals: number;
  /** Newest last, like `attempts`. */
  readonly comings: readonly Coming[];
  readonly joined: number;
  readonly left: number;
  readonly attempts: readonly FailedAttempt[];
}

/** Gathers refusals, comings and goings, and failed attempts, within `liveLimits`. */
export function followHappenings() {
  const refusals = new Map<string, Refusal>();
  const comings: Coming[] = [];
  const attempts: FailedAttempt[] = [];
  const counts = { furtherRefusals: 0, joined: 0, left: 0 };

  const add = (event: RunEvent): void => {
    switch (event.kind) {
      case "refused": {
        const { code, reason, from } = event;
        const key = `${code}\n${reason}`;
        const known = refusals.get(key);
        if (known) {
          known.count++;
          known.from = from;
        } else if (refusals.size < liveLimits.refusals) refusals.set(key, { code, reason, from, count: 1 });
        else counts.furtherRefusals++;
        return;
      }
      case "client-joined":
      case "client-left": {
        const { client, wall, sequence, kind } = event;
        const joined = kind === "client-joined";
        counts[joined ? "joined" : "left"]++;
        keepLast(comings, { client, joined, wall, sequence }, liveLimits.comings);
        return;
      }
      case "round-failed":
        keepLast(attempts, event, liveLimits.attempts);
        return;
    }
  };

  const view = (): Happenings => ({
    refusals: [...refusals.values()].sort((a, b) => b.count - a.count),
    ...{ comings, attempts, ...counts },
  });
  return { add, view };
}

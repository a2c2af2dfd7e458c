import type { Outcome, RunEvent } from "../events.ts";
import { spread } from "../report/partition.ts";
import { byName } from "../report/round-timeline.ts";
import { keepLast, liveLimits } from "./limits.ts";

/** What is known of one client over the whole run. */
export interface ClientRecord {
  readonly client: string;
  /** Times asked, failed attempts at rounds included, and what became of it. */
  asked: number;
  readonly outcomes: Record<Outcome, number>;
  /** Of the contributions, those that the aggregator left out. */
  excluded: number;
  /** The last round that it was asked in. */
  lastRound: number;
  /** Why it was last rejected, dropped or left out, and in which round. */
  lastReason: { readonly round: number; readonly reason: string } | null;
  /** Seconds from the opening of a round to the client's last message, for the last rounds. */
  readonly answers: number[];
  /** Seconds of local training in the last rounds. */
  readonly trainings: number[];
}

export interface ClientRecords {
  /** At most `liveLimits.clients`, those with most trouble first. */
  readonly records: readonly ClientRecord[];
  /** Whether there are clients without a record. */
  readonly more: boolean;
}

/** Median and last of a client's latency in seconds; of its training where the log has no better; null for none. */
export function latency({ answers, trainings }: ClientRecord): { median: number; last: number } | null {
  const times = answers.length > 0 ? answers : trainings;
  if (times.length === 0) return null;
  return { median: spread(times).median, last: times.at(-1)! };
}

/** Follows each client through the run, whatever became of the rounds. */
export function followClientRecords() {
  const records = new Map<string, ClientRecord>();
  let more = false;

  const recordOf = (client: string): ClientRecord | undefined => {
    const known = records.get(client);
    if (known) return known;
    if (records.size >= liveLimits.clients) {
      more = true;
      return undefined;
    }
    const fresh: ClientRecord = {
      ...{ client, asked: 0, excluded: 0, lastRound: 0, lastReason: null, answers: [], trainings: [] },
      outcomes: { contributed: 0, late: 0, dropped: 0, rejected: 0 },
    };
    records.set(client, fresh);
    return fresh;
  };

  const add = (event: RunEvent): void => {
    switch (event.kind) {
      case "round-started":
        for (const client of event.selected) {
          const record = recordOf(client);
          if (!record) continue;
          record.asked++;
          record.lastRound = event.round;
        }
        return;
      case "client-trained": {
        const record = records.get(event.client);
        if (record) keepLast(record.trainings, event.virtualSeconds, liveLimits.latencies);
        return;
      }
      case "client-outcome": {
        const record = records.get(event.client);
        if (!record) return;
        record.outcomes[event.outcome]++;
        if (event.excluded) record.excluded++;
        if (event.reason !== undefined) record.lastReason = { round: event.round, reason: event.reason };
        if (event.seconds !== undefined) keepLast(record.answers, event.seconds, liveLimits.latencies);
        return;
      }
    }
  };

  const view = (): ClientRecords => ({
    records: [...records.values()].sort((a, b) => troubles(b) - troubles(a) || byName(a, b)),
    more,
  });
  return { add, view };
}

/** Times that a client was asked and its answer was not used. */
export function troubles({ outcomes }: ClientRecord): number {
  return outcomes.late + outcomes.dropped + outcomes.rejected;
}

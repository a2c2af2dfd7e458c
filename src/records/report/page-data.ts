import { type ChartOption, type fates, short } from "./charts.ts";
import type { Fate, RoundTimeline } from "./round-timeline.ts";

/** What the page's script gets to work with, as JSON. */
export interface PageData {
  /** By the id of the element that shows the chart. */
  readonly charts: Readonly<Record<string, ChartOption>>;
  readonly fates: typeof fates;
  readonly timelines: readonly PageTimeline[];
}

export interface PageTimeline {
  readonly round: number;
  readonly attempt: number;
  readonly asked: number;
  /** Null while the round is open. */
  readonly closed: number | null;
  /** Client, fate, start and end of training, end of all, reason; null where not known. Seconds. */
  readonly spans: readonly (readonly [
    string,
    Fate,
    number | null,
    number | null,
    number | null,
    string | null,
  ])[];
}

export function pageTimelines(timelines: readonly RoundTimeline[]): PageTimeline[] {
  const seconds = (value: number | undefined) => (value === undefined ? null : short(value));
  return timelines.map(({ round, attempt, asked, closed, spans }) => ({
    ...{ round, attempt, asked, closed: seconds(closed) },
    spans: spans.map(({ client, fate, trained, ended, reason = null }) => [
      ...([client, fate, seconds(trained?.[0]), seconds(trained?.[1])] as const),
      ...([seconds(ended), reason?.slice(0, 200) ?? null] as const),
    ]),
  }));
}

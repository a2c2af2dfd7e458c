import type { ChartOption } from "./charts.ts";
import type { Html } from "./html.ts";

/** What a report shows between its head and its foot, and the charts that its script draws, by element id. */
export interface Page {
  readonly body: Html;
  readonly charts: Readonly<Record<string, ChartOption>>;
}

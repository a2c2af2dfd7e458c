import { fates } from "../../src/records/report/charts.ts";
import { drawing } from "../../src/records/report/drawing.ts";
import { formatBytes, formatNumber, formatPercent, formatSeconds } from "../../src/records/report/format.ts";

/** The report's way of drawing charts, for pages: tooltips are plain text that ECharts paints itself, never markup. */
export const chartTools = drawing({
  fates,
  format: { bytes: formatBytes, seconds: formatSeconds, percent: formatPercent, number: formatNumber },
  lines: (...texts) => texts.join("\n"),
});

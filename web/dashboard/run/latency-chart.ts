import type { Option } from "../../../src/records/report/drawing.ts";
import { formatSeconds } from "../../../src/records/report/format.ts";
import { limits } from "../../../src/records/report/limits.ts";

/** Seconds. */
export interface Latency {
  readonly client: string;
  readonly median: number;
  readonly last: number;
}

/** Clients that the chart shows at most. */
export const slowest = limits.clients;

/** Median latency per client as a bar, the last one as a mark; the slowest on top. */
export function latencyChart(latencies: readonly Latency[]): Option {
  const shown = latencies.toSorted((a, b) => b.median - a.median).slice(0, slowest);
  return {
    animation: false,
    grid: { left: 8, right: 24, top: 8, bottom: 56, containLabel: true },
    legend: { bottom: 0, itemWidth: 16, itemHeight: 11, textStyle: { fontSize: 11 } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: formatSeconds },
    xAxis: { type: "value", min: 0, axisLabel: { formatter: formatSeconds } },
    yAxis: {
      ...{ type: "category", inverse: true, axisTick: { show: false } },
      data: shown.map(({ client }) => client),
      axisLabel: { width: 110, overflow: "truncate", interval: 0, fontSize: 11 },
    },
    series: [
      {
        ...{ type: "bar", name: "median", barWidth: 11, itemStyle: { color: "#9cc7ea" } },
        data: shown.map(({ median }) => median),
      },
      {
        ...{
          type: "scatter",
          name: "last",
          symbol: "rect",
          symbolSize: [5, 13],
          itemStyle: { color: "#159b78", opacity: 1 },
        },
        data: shown.map(({ last }, i) => [last, i]),
      },
    ],
  };
}

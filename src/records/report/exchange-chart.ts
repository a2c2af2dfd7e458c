import type { Exchange } from "../events.ts";
import { type ChartOption, clientLabel, grid, short, still } from "./charts.ts";
import { formatBytes } from "./format.ts";
import { byName } from "./round-timeline.ts";

/** The server first, then clients in the order of their names. */
export function sortExchange({ parties, bytes }: Exchange): Exchange {
  const order = [...parties.keys()].sort(
    (a, b) =>
      Number(parties[b] === "server") - Number(parties[a] === "server") ||
      byName({ client: parties[a] }, { client: parties[b] }),
  );
  return {
    parties: order.map((i) => parties[i]),
    bytes: order.map((i) => order.map((j) => bytes[i]?.[j] ?? 0)),
  };
}

/**
 * Bytes from every party to every other on a logarithmic scale; empty where nothing was sent. The values of a cell:
 * column, row, logarithm, bytes.
 */
export function exchangeChart(exchange: Exchange): ChartOption {
  const { parties, bytes } = sortExchange(exchange);
  const cells = bytes.flatMap((row, y) =>
    row.flatMap((sent, x) => (sent > 0 ? [[x, y, short(Math.log10(sent)), sent]] : [])),
  );
  const sent = cells.map(([, , , amount]) => amount);
  const [low, high] = [Math.min(...sent), Math.max(...sent)].map(Math.log10);
  // The least must stand out from nothing.
  const bottom = low - Math.max(0.5, (high - low) / 4);
  return {
    ...still,
    grid: { ...grid, bottom: 44 },
    tooltip: { trigger: "item", formatter: "fn:exchange" },
    xAxis: {
      ...{ type: "category", position: "top", data: parties, name: "", axisTick: { show: false } },
      axisLabel: { ...clientLabel, width: 80, rotate: 90, interval: "auto" },
    },
    yAxis: {
      ...{ type: "category", inverse: true, data: parties, axisTick: { show: false } },
      axisLabel: { ...clientLabel, width: 80, interval: "auto" },
    },
    visualMap: {
      ...{ min: bottom, max: high, dimension: 2, orient: "horizontal", left: "center", bottom: 0 },
      ...{ itemHeight: 160, itemWidth: 12, calculable: false },
      text: [10 ** high, 10 ** bottom].map(formatBytes),
    },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderWidth: 1 } }],
  };
}

/** Pixels. */
export function exchangeHeight({ parties }: Exchange): number {
  return 150 + parties.length * 18;
}

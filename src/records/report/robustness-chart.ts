import { type ChartOption, grid, short, still } from "./charts.ts";
import { formatPercent } from "./format.ts";
import type { Cell, RobustnessTable, Spread } from "./robustness.ts";

/** What the cells of the heat map can show, by the name of its series. */
const measures = [
  { key: "final", words: "final accuracy" },
  { key: "best", words: "best accuracy" },
  { key: "success", words: "backdoor success" },
] as const satisfies readonly { key: keyof Cell; words: string }[];

/** Those of the measures that any cell has. */
export function measuresOf(tables: readonly RobustnessTable[]): (typeof measures)[number][] {
  const cells = tables.flatMap(({ cells }) => cells.flat());
  return measures.filter(({ key }) => cells.some((cell) => cell?.[key]));
}

/**
 * Defences against attacks. Each measure is a series; the page shows one at a time. The values of a cell: column, row,
 * share, least and most of the runs, number of runs.
 */
export function robustnessChart({ defences, attacks, cells }: RobustnessTable): ChartOption {
  const values = (key: (typeof measures)[number]["key"]) =>
    cells.flatMap((row, y) =>
      row.flatMap((cell, x) => {
        const spread = cell?.[key];
        return spread ? [[x, y, ...shown(spread), cell.runs]] : [];
      }),
    );
  return {
    ...still,
    grid: { ...grid, bottom: 48 },
    tooltip: { trigger: "item", formatter: "fn:robustness" },
    xAxis: {
      ...{ type: "category", position: "top", axisTick: { show: false } },
      data: attacks.map(({ attack, fraction, words }) =>
        attack ? `${attack}\n${formatPercent(fraction)}` : words,
      ),
      axisLabel: { interval: 0, width: columnWidth - 8, ...broken },
    },
    yAxis: {
      ...{ type: "category", inverse: true, axisTick: { show: false } },
      data: defences.map(({ words }) => words),
      axisLabel: { interval: 0, width: 120, ...broken },
    },
    visualMap: {
      ...{ min: 0, max: 1, dimension: 2, orient: "horizontal", left: "center", bottom: 0, calculable: false },
      ...{ itemHeight: 160, itemWidth: 12, text: ["100 %", "0 %"] },
    },
    series: measures.map(({ key, words }) => ({
      ...{ type: "heatmap", name: words, data: values(key), itemStyle: { borderWidth: 2 } },
      label: { show: true, formatter: "fn:cell", fontSize: 12, fontWeight: 600 },
    })),
  };
}

function shown({ mean, least, most }: Spread): number[] {
  return [mean, least, most].map(short);
}

const columnWidth = 84;
/** Labels on several lines; ECharts guesses their height wrongly where a font is missing. */
const broken = { overflow: "break", fontSize: 11, lineHeight: 14 };

/** Pixels below which the numbers would not fit their cells. */
export function robustnessWidth({ attacks }: RobustnessTable): number {
  return 150 + attacks.length * columnWidth;
}

export function robustnessHeight({ defences }: RobustnessTable): number {
  return 100 + defences.length * 44;
}

import { attackFiguresOf } from "../attack-figures.ts";
import type { RoundSummary } from "../events.ts";
import { type ChartOption, grid, legend, roundAxis, short, still } from "./charts.ts";
import { corruptedAmongKept, leftOut } from "./defence-record.ts";

interface Line {
  readonly name: string;
  readonly look: { readonly color: string; readonly symbol: string; readonly dash: string };
  /** A share in [0, 1]; null leaves a gap. */
  readonly of: (round: RoundSummary) => number | null;
}

/** How right the defence was, round by round; rounds without attack are gaps. */
export function defenceChart(rounds: readonly RoundSummary[]): ChartOption {
  const defended = (round: RoundSummary) => {
    const figures = attackFiguresOf(round);
    return figures?.attack.active ? figures.defence : null;
  };
  return shares(rounds, "share of updates", [
    {
      name: "corrupted, left out",
      look: { color: "#159b78", symbol: "circle", dash: "solid" },
      of: (round) => apply(defended(round), ({ corrupted }) => leftOut(corrupted)),
    },
    {
      name: "honest, left out",
      look: { color: "#e2a400", symbol: "triangle", dash: "dashed" },
      of: (round) => apply(defended(round), ({ honest }) => leftOut(honest)),
    },
    {
      name: "corrupted among the kept",
      look: { color: "#c8385a", symbol: "diamond", dash: "dotted" },
      of: (round) => apply(defended(round), corruptedAmongKept),
    },
  ]);
}

/** How well a backdoor works, beside the accuracy that it hides behind. */
export function backdoorChart(rounds: readonly RoundSummary[]): ChartOption {
  return shares(rounds, "share of test examples", [
    {
      name: "triggered, taken for the target",
      look: { color: "#c8385a", symbol: "diamond", dash: "solid" },
      of: (round) => attackFiguresOf(round)?.attack.success ?? null,
    },
    {
      name: "held-out accuracy",
      look: { color: "#3a86c8", symbol: "circle", dash: "dashed" },
      of: ({ accuracy }) => accuracy,
    },
  ]);
}

function apply<T, R>(value: T | null, map: (value: T) => R | null): R | null {
  return value === null ? null : map(value);
}

function shares(rounds: readonly RoundSummary[], yName: string, lines: readonly Line[]): ChartOption {
  return {
    ...still,
    grid: { ...grid, top: 28, bottom: 60 },
    legend,
    tooltip: { trigger: "axis", valueFormatter: "fn:percent", axisPointer: { label: { precision: 0 } } },
    xAxis: roundAxis,
    yAxis: {
      ...{ type: "value", min: 0, max: 1, name: yName, nameTextStyle: { align: "left" } },
      axisLabel: { formatter: "fn:share" },
    },
    series: lines.map(({ name, look: { color, symbol, dash }, of }) => ({
      ...{ type: "line", name, symbol, symbolSize: 6, showSymbol: true, itemStyle: { color } },
      lineStyle: { color, width: 2, type: dash },
      data: rounds.map((round) => [round.round, apply(of(round), short)]),
    })),
  };
}

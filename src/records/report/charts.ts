import type { Outcome, RoundSummary } from "../events.ts";
import { evenlySpaced, limits } from "./limits.ts";
import type { PartitionView } from "./partition.ts";
import type { Answer, Fate } from "./round-timeline.ts";
import type { Attendance, AttendanceRow } from "./timeline.ts";

/**
 * The charts of a report as ECharts options in plain data. A `formatter` or `valueFormatter` that begins with
 * `fn:` names a function of the page's script; colours that depend on light or dark come from its themes.
 */
export type ChartOption = Readonly<Record<string, unknown>>;

/** A diagonal cross, 10 by 10. */
const cross = "path://M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z";

/** A square with a hole. */
const frame = "path://M0 0H10V10H0ZM3 3V7H7V3Z";

/** Colour-blind safe in light and dark: they differ in lightness, and each also has a shape and a pattern. */
export const fates: Readonly<Record<Fate, { colour: string; symbol: string; decal: object | null }>> = {
  contributed: { colour: "#3a86c8", symbol: "circle", decal: null },
  excluded: { colour: "#d4651f", symbol: frame, decal: stripes(Math.PI / 2) },
  late: { colour: "#e2a400", symbol: "triangle", decal: stripes(Math.PI / 4) },
  dropped: { colour: "#8d95a1", symbol: cross, decal: stripes(0) },
  rejected: { colour: "#c8385a", symbol: "diamond", decal: stripes(-Math.PI / 4) },
  waiting: { colour: "#b9c0c9", symbol: "rect", decal: null },
};

const outcomes: readonly Outcome[] = ["contributed", "late", "dropped", "rejected"];
export const answers: readonly Answer[] = ["contributed", "excluded", "late", "dropped", "rejected"];

function stripes(rotation: number): object {
  return {
    symbol: "rect",
    dashArrayX: [1, 0],
    dashArrayY: [2, 4],
    rotation,
    color: "rgba(255,255,255,0.55)",
  };
}

/** Nothing moves: a report is also printed and photographed. */
export const still = { animation: false };
export const grid = { left: 8, right: 20, top: 8, containLabel: true };
export const legend = { bottom: 0, itemWidth: 16, itemHeight: 11, itemGap: 12, textStyle: { fontSize: 11 } };

/** At most `limits.rounds` of the rounds, evenly spaced. */
export function thin(rounds: readonly RoundSummary[]): RoundSummary[] {
  return evenlySpaced(rounds.length, limits.rounds).map((i) => rounds[i]);
}

/** The horizontal axis of a curve over rounds. */
export const roundAxis = {
  ...{ type: "value", name: "round", nameLocation: "middle", nameGap: 26 },
  ...{ min: "dataMin", max: "dataMax", minInterval: 1 },
};

export interface Curve {
  readonly name: string;
  readonly rounds: readonly RoundSummary[];
}

const curveColours = ["#3a86c8", "#e2a400", "#159b78", "#c8385a", "#7a5fc7", "#56b4e9", "#b8651b", "#8d95a1"];
const curveSymbols = ["circle", "triangle", "rect", "diamond", "emptyCircle", "emptyTriangle", "emptyRect"];
const curveDashes = ["solid", "dashed", "dotted"];

/**
 * One curve per run over the rounds that were evaluated. Columns of each data set: round, simulated seconds and
 * bytes since the start, accuracy, loss; the page's script switches the horizontal axis between the first three.
 */
export function learningChart(curves: readonly Curve[], measure: "accuracy" | "loss"): ChartOption {
  const own = curves.map(({ name }, i) => curveSeries(name, i, i, `server-${measure}`));
  // With one run there is room for what the clients themselves measured.
  const withClients =
    curves.length === 1 && curves[0].rounds.some((round) => round.clientAccuracy !== undefined);
  const clients = withClients ? [curveSeries("on the clients' own data", 2, 0, `client-${measure}`)] : [];
  const named = own.length + clients.length;
  return {
    ...still,
    dataset: curves.map(({ rounds }) => ({
      dimensions: [
        "round",
        "seconds",
        "bytes",
        "server-accuracy",
        "server-loss",
        "client-accuracy",
        "client-loss",
      ],
      source: learningPoints(rounds),
    })),
    grid: { ...grid, top: 28, bottom: named === 1 ? 34 : named > 3 ? 76 : 60 },
    legend: { show: named > 1, type: named > 6 ? "scroll" : "plain", ...legend },
    tooltip: { trigger: "axis", valueFormatter: measure === "accuracy" ? "fn:percent" : "fn:number" },
    xAxis: roundAxis,
    yAxis: {
      ...{ type: "value", scale: true, name: measure === "accuracy" ? "held-out accuracy" : "held-out loss" },
      ...{
        nameTextStyle: { align: "left" },
        axisLabel: { formatter: measure === "accuracy" ? "fn:share" : "fn:number" },
      },
    },
    series: [...own, ...clients],
  };
}

function curveSeries(name: string, style: number, datasetIndex: number, y: string): object {
  const color = curveColours[style % curveColours.length];
  return {
    ...{ type: "line", name, datasetIndex, encode: { x: "round", y }, showSymbol: true, symbolSize: 6 },
    ...{ symbol: curveSymbols[style % curveSymbols.length], connectNulls: true, itemStyle: { color } },
    lineStyle: {
      color,
      width: 2,
      type: curveDashes[Math.floor(style / curveColours.length) % curveDashes.length],
    },
  };
}

function learningPoints(rounds: readonly RoundSummary[]): (number | null)[][] {
  let seconds = 0;
  let bytes = 0;
  const points = rounds.map((round) => {
    seconds += round.virtualSeconds;
    bytes += round.uplinkBytes + round.downlinkBytes + round.clientToClientBytes;
    const { accuracy, loss, clientAccuracy = null, clientLoss = null } = round;
    return [round.round, short(seconds), bytes, accuracy, loss, clientAccuracy, clientLoss];
  });
  const evaluated = points.filter(
    ([, , , accuracy, , clientAccuracy]) => accuracy !== null || clientAccuracy !== null,
  );
  return evenlySpaced(evaluated.length, limits.rounds).map((i) => evaluated[i]);
}

/** How many of the clients asked did what, per round. */
export function outcomeChart(rounds: readonly RoundSummary[]): ChartOption {
  const series = outcomes
    .filter((outcome) => outcome === "contributed" || rounds.some((round) => round[outcome] > 0))
    .map((outcome) => ({
      ...{
        type: "bar",
        stack: "all",
        name: outcome,
        data: rounds.map((round) => round[outcome]),
        barMaxWidth: 28,
      },
      itemStyle: { color: fates[outcome].colour, decal: fates[outcome].decal },
    }));
  return perRound(rounds, series, "clients", "fn:number");
}

/** Bytes on the wire per round and direction. */
export function trafficChart(rounds: readonly RoundSummary[]): ChartOption {
  const directions = [
    { key: "uplinkBytes", name: "clients to server", color: "#3a86c8" },
    { key: "downlinkBytes", name: "server to clients", color: "#9cc7ea" },
    { key: "clientToClientBytes", name: "between clients", color: "#e2a400" },
  ] as const;
  const series = directions
    .filter(({ key }, i) => i < 2 || rounds.some((round) => round[key] > 0))
    .map(({ key, name, color }) => ({
      ...{ type: "bar", stack: "all", name, data: rounds.map((round) => round[key]), barMaxWidth: 28 },
      itemStyle: { color },
    }));
  return perRound(rounds, series, "on the wire", "fn:bytes");
}

function perRound(
  rounds: readonly RoundSummary[],
  series: object[],
  yName: string,
  formatter: string,
): ChartOption {
  return {
    ...still,
    grid: { ...grid, top: 28, bottom: 68 },
    legend,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: formatter },
    xAxis: {
      type: "category",
      data: rounds.map(({ round }) => round),
      name: "round",
      nameLocation: "middle",
      nameGap: 26,
    },
    yAxis: { type: "value", name: yName, nameTextStyle: { align: "left" }, axisLabel: { formatter } },
    series,
  };
}

/**
 * Who took part when: one mark per client and round, told apart by colour and by shape. Corrupted clients have a
 * star before their name, and an empty row after them.
 */
export function attendanceChart({ rounds, rows }: Attendance): ChartOption {
  const slots = attendanceSlots(rows);
  const series = answers.map((answer) => ({
    ...{
      type: "scatter",
      name: answer,
      symbol: fates[answer].symbol,
      itemStyle: { color: fates[answer].colour, opacity: 1 },
    },
    data: slots.flatMap((row, y) =>
      (row?.fates ?? []).flatMap((fate, x) => (fate === answer ? [[x, y]] : [])),
    ),
  }));
  const shown = series.filter(({ data }) => data.length > 0);
  return {
    ...still,
    grid: { ...grid, bottom: 72 },
    legend,
    tooltip: { trigger: "item", formatter: "fn:attendance" },
    xAxis: {
      type: "category",
      data: rounds,
      name: "round",
      nameLocation: "middle",
      nameGap: 26,
      splitLine: { show: false },
    },
    yAxis: {
      type: "category",
      data: slots.map((row) => (row === null ? "" : row.corrupted ? `* ${row.client}` : row.client)),
      inverse: true,
      axisLabel: clientLabel,
    },
    series: shown,
  };
}

/** The rows of the chart; null is the gap between corrupted and honest clients, where there are both. */
export function attendanceSlots(rows: Attendance["rows"]): (AttendanceRow | null)[] {
  const cheats = rows.filter(({ corrupted }) => corrupted);
  const gap = cheats.length > 0 && cheats.length < rows.length ? [null] : [];
  return [...cheats, ...gap, ...rows.slice(cheats.length)];
}

export const clientLabel = { width: 110, overflow: "truncate", interval: 0, fontSize: 11 };

/** Examples per client and class or relation. */
export function partitionChart({ rows, names, kind }: PartitionView): ChartOption {
  const cells = rows.flatMap(({ counts }, y) => counts.map((count, x) => [x, y, count]));
  const most = cells.reduce((largest, [, , count]) => Math.max(largest, count), 1);
  return {
    ...still,
    grid: { ...grid, bottom: 84 },
    tooltip: { trigger: "item", formatter: "fn:partition" },
    xAxis: {
      type: "category",
      data: names,
      name: kind,
      nameLocation: "middle",
      nameGap: 26,
      axisTick: { show: false },
    },
    yAxis: {
      ...{ type: "category", data: rows.map(({ row }) => `client-${row}`), inverse: true },
      ...{ axisLabel: clientLabel, axisTick: { show: false } },
    },
    visualMap: {
      ...{
        min: 0,
        max: most,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 160,
        itemWidth: 12,
      },
      ...{ text: [`${most} examples`, "0"], calculable: false },
    },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderWidth: 1 } }],
  };
}

/** Six significant digits: plenty for a picture, and fewer bytes. */
export function short(value: number): number {
  return Number(value.toPrecision(6));
}

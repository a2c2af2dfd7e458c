import type { MessageTally } from "../events.ts";
import { messageWords } from "../message-words.ts";
import { type ChartOption, still } from "./charts.ts";
import { formatBytes, formatNumber, formatSeconds } from "./format.ts";

/** Like the bars of bytes per round. */
const colours = { up: "#3a86c8", down: "#9cc7ea", between: "#e2a400" } as const;

/**
 * The messages of a round as a sequence: lanes for the server and the clients, time downwards, an arrow for each kind. The
 * arrow is the thicker the more bytes it stands for, on a logarithmic scale.
 */
export function patternChart(messages: readonly MessageTally[]): ChartOption {
  const most = Math.max(...messages.map(({ bytes }) => bytes));
  const lanes = messages.some((tally) => directionOf(tally) === "between")
    ? ["server", "clients", "other clients"]
    : ["server", "clients"];
  return {
    ...still,
    grid: { left: 4, right: 44, top: 8, bottom: 12, containLabel: true },
    // Arrows are thin: their whole row is the place to point at.
    tooltip: { trigger: "axis", axisPointer: { axis: "y", type: "shadow" }, formatter: "fn:pattern" },
    xAxis: {
      ...{
        type: "category",
        position: "top",
        data: lanes,
        axisTick: { show: false },
        axisLine: { show: false },
      },
      ...{ boundaryGap: false, axisLabel: { fontSize: 12, fontWeight: 600, interval: 0, margin: 20 } },
    },
    yAxis: {
      ...{ type: "category", inverse: true, data: messages.map(when), axisTick: { show: false } },
      ...{ axisLine: { show: false }, axisLabel: { interval: 0, fontSize: 11, lineHeight: 14, margin: 14 } },
    },
    series: [
      // The lanes, from the first message to the last.
      ...lanes.map((lane) => ({
        ...{
          type: "line",
          name: lane,
          silent: true,
          symbol: "none",
          lineStyle: { color: "#8d95a1", width: 1 },
        },
        data: messages.map((_, y) => [lanes.indexOf(lane), y]),
      })),
      {
        ...{ type: "scatter", data: [] },
        markLine: {
          silent: true,
          symbol: ["none", "arrow"],
          label: { position: "insideMiddleTop", formatter: "{b}", fontSize: 11 },
          data: messages.map((tally, y) => arrow(tally, y, most)),
        },
      },
    ],
  };
}

/** Pixels. */
export function patternHeight(messages: readonly MessageTally[]): number {
  return 60 + messages.length * 44;
}

function arrow(tally: MessageTally, y: number, most: number): object[] {
  const { kind, count, bytes, mostSent, mostReceived } = tally;
  const direction = directionOf(tally);
  const [from, to] = { up: [1, 0], down: [0, 1], between: [1, 2] }[direction];
  const width = 1.5 + 6 * (Math.log(1 + bytes) / Math.log(1 + most)) ** 3;
  const head = 8 + width;
  const lines = [
    `${shortKind(kind)}: ${wordsOf(kind)}`,
    `${formatNumber(count)} messages, ${formatBytes(bytes)}`,
    `at most ${formatBytes(mostSent)} from one party, ${formatBytes(mostReceived)} to one`,
    when(tally).replace("\n", " "),
  ];
  return [
    {
      coord: [from, y],
      name: `${formatNumber(count)} × ${shortKind(kind)}, ${formatBytes(bytes)}`,
      lineStyle: { color: colours[direction], width, type: "solid" },
      label: { distance: 1 + head / 2 },
      symbolSize: head,
      lines,
    },
    { coord: [to, y], symbolSize: head },
  ];
}

function directionOf({ from, to }: MessageTally): keyof typeof colours {
  return from === "server" ? "down" : to === "server" ? "up" : "between";
}

/** The kind without the protocol in front. */
export function shortKind(kind: string): string {
  return kind.slice(kind.lastIndexOf("/") + 1);
}

export function wordsOf(kind: string): string {
  return messageWords(kind) ?? (kind === "other" ? "of another round, or of no kind that the run has" : "");
}

/** Two lines where the first and the last are apart. */
function when({ first, last }: MessageTally): string {
  // To the millisecond: on real machines two messages never leave at one moment.
  const [from, to] = [first, last].map((seconds) => formatSeconds(Number(seconds.toFixed(3))));
  return from === to ? from : `${from}\nto ${to}`;
}

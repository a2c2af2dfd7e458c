import type { ChartOption, fates } from "./charts.ts";
import type { PageTimeline } from "./page-data.ts";

// biome-ignore lint/suspicious/noExplicitAny: options of ECharts are loose data
export type Option = Record<string, any>;

export interface DrawingParts {
  readonly fates: typeof fates;
  readonly format: Formats;
  /** Makes the content of a tooltip; each text is a line of its own and nothing in it is taken for markup. */
  readonly lines: (...texts: string[]) => string | HTMLElement;
}

export interface Formats {
  readonly bytes: (value: number) => string;
  readonly seconds: (value: number) => string;
  readonly percent: (value: number) => string;
  readonly number: (value: number) => string;
}

/**
 * How charts look wherever they are drawn: the report's own script and the live pages both use it. It reaches
 * the report as source text, so it stands alone: everything comes in as an argument.
 */
export function drawing({ fates, format, lines }: DrawingParts) {
  type Span = PageTimeline["spans"][number];

  /** The theme of ECharts in dark or light. */
  const theme = (dark: boolean) => {
    const text = dark ? "#c9d1dc" : "#3c4654";
    const line = dark ? "#39424f" : "#d9dee5";
    const surface = dark ? "#171c23" : "#ffffff";
    const axis = {
      axisLine: { show: true, lineStyle: { color: line } },
      axisTick: { lineStyle: { color: line } },
      axisLabel: { color: text, hideOverlap: true },
      nameTextStyle: { color: text },
      splitLine: { lineStyle: { color: line, opacity: 0.6 } },
    };
    return {
      backgroundColor: "transparent",
      textStyle: { color: text, fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" },
      legend: { textStyle: { color: text }, pageTextStyle: { color: text }, pageIconColor: text },
      tooltip: {
        backgroundColor: dark ? "#242b35" : "#ffffff",
        borderColor: line,
        textStyle: { color: dark ? "#e8edf3" : "#1c232d", fontSize: 13 },
        confine: true,
      },
      valueAxis: axis,
      categoryAxis: axis,
      visualMap: {
        textStyle: { color: text },
        inRange: {
          color: dark
            ? ["#1d2530", "#1f4e79", "#3a86c8", "#cfe6fa"]
            : ["#f3f6fa", "#a9cdec", "#3a86c8", "#123a63"],
        },
      },
      heatmap: { itemStyle: { borderColor: surface } },
      markLine: { label: { color: text }, lineStyle: { color: text } },
    };
  };

  /** Puts functions where a chart in plain data names them. */
  const revive = (chart: ChartOption): Option => {
    const axisName = (axis: "xAxis" | "yAxis", index: number) => String((chart as Option)[axis].data[index]);
    const functions: Record<string, unknown> = {
      "fn:bytes": format.bytes,
      "fn:percent": (v: number | null) => (v === null ? "–" : format.percent(v)),
      "fn:seconds": format.seconds,
      "fn:number": (v: number | null) => (v === null ? "–" : format.number(v)),
      // An axis may reach a little beyond the highest accuracy, but there is none above 1.
      "fn:share": (v: number) => (v > 1 ? "" : format.percent(v)),
      "fn:attendance": ({ value: [x, y], seriesName }: { value: number[]; seriesName: string }) =>
        lines(axisName("yAxis", y), `round ${axisName("xAxis", x)}: ${seriesName}`),
      "fn:partition": ({ value: [x, y, count] }: { value: number[] }) =>
        lines(axisName("yAxis", y), `class ${axisName("xAxis", x)}: ${format.number(count)} examples`),
      "fn:exchange": ({ value: [x, y, , bytes] }: { value: number[] }) =>
        lines(`${axisName("yAxis", y)} to ${axisName("xAxis", x)}`, format.bytes(bytes)),
      "fn:pattern": ([{ dataIndex }]: { dataIndex: number }[]) => {
        const { markLine } = (chart as Option).series.at(-1);
        return lines(...markLine.data[dataIndex][0].lines);
      },
      "fn:cell": ({ value: [, , share] }: { value: number[] }) => `${(share * 100).toFixed(1)} %`,
      "fn:robustness": ({ value, seriesName }: { value: number[]; seriesName: string }) => {
        const [x, y, mean, least, most, runs] = value;
        const among = `mean of ${runs} runs, ${format.percent(least)} to ${format.percent(most)}`;
        const attack = axisName("xAxis", x).replace("\n", " at ");
        const figure = `${seriesName} ${format.percent(mean)}`;
        return lines(axisName("yAxis", y), attack, runs > 1 ? `${figure} (${among})` : figure);
      },
    };
    const walk = (value: unknown, key = ""): unknown => {
      if (Array.isArray(value))
        return key === "data" || key === "source" ? value : value.map((item) => walk(item));
      if (value !== null && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
      }
      const named = key === "formatter" || key === "valueFormatter";
      return (named && typeof value === "string" && functions[value]) || value;
    };
    return walk(chart) as Option;
  };

  const axes: Record<string, Option> = {
    round: { name: "round", minInterval: 1, axisLabel: {} },
    seconds: { name: "time", axisLabel: { formatter: format.seconds } },
    bytes: { name: "bytes on the wire since the start", axisLabel: { formatter: format.bytes } },
  };

  /** The heading of a tooltip: ECharts hands a formatter the value in an object here, unlike on the axis. */
  const pointerLabel = (formatter?: (value: number) => string): Option =>
    formatter ? { formatter: ({ value }: { value: unknown }) => formatter(Number(value)) } : { precision: 0 };

  /** A learning chart, revived, drawn against `round`, `seconds` or `bytes`. */
  const drawnAgainst = (option: Option, x: string): Option => {
    const series = option.series.map((each: Option) => ({ ...each, encode: { ...each.encode, x } }));
    const tooltip = {
      valueFormatter: option.tooltip.valueFormatter,
      trigger: "axis",
      axisPointer: { label: pointerLabel(axes[x].axisLabel.formatter) },
    };
    return { ...option, xAxis: { ...option.xAxis, minInterval: 0, ...axes[x] }, tooltip, series };
  };

  /** Of a heat map of attacks and defences, the chosen measure alone. */
  const ofMeasure = (option: Option, measure: string): Option => ({
    ...option,
    series: option.series.filter(({ name }: Option) => name === measure),
  });

  /** What became of a client, when and why. */
  const fateText = ([, fate, , end, ended, reason]: Span): string => {
    if (fate === "contributed") return end === null ? fate : `${fate}${reason ? `, ${reason}` : ""}`;
    if (fate === "waiting" && end !== null) return "trained, waiting";
    const when =
      ended === null
        ? ""
        : fate === "late"
          ? `, arrived at ${format.seconds(ended)}`
          : ` at ${format.seconds(ended)}`;
    return `${fate}${when}${reason ? `: ${reason}` : ""}`;
  };

  /** How long a client trained. */
  const trainedText = ([, , start, end]: Span): string =>
    start === null || end === null ? "–" : format.seconds(end - start);

  /** How a round went, in a sentence. */
  const roundText = ({ round, attempt, asked, spans, closed }: PageTimeline): string => {
    const counts = Object.keys(fates)
      .map((fate) => ({ fate, count: spans.filter((span) => span[1] === fate).length }))
      .filter(({ count }) => count > 0)
      .map(({ fate, count }) => `${count} ${fate}`);
    const shown = spans.length < asked ? `; ${spans.length} of them shown` : "";
    const tries = attempt > 1 ? `, attempt ${attempt}` : "";
    const end = closed === null ? "not closed" : `closed after ${format.seconds(closed)}`;
    return `Round ${round}${tries}: ${asked} asked${shown} – ${counts.join(", ")}; ${end}`;
  };

  /**
   * One row per client of a round: a bar for local training, a mark with words for what became of the answer.
   *
   * @param width pixels that the chart has; below 560 the words are left to the table
   */
  const timelineChart = ({ spans, closed }: PageTimeline, width: number, dark: boolean): Option => {
    // In an open round those who are waited for wait until the last that is known.
    const until = closed ?? Math.max(0, ...spans.map((span) => span[4] ?? span[3] ?? 0));
    const finish = (span: Span) => span[4] ?? span[3] ?? until;
    const longest = Math.max(until, ...spans.map(finish));
    // Without any time there is no scale, and there would be one of nanoseconds.
    const hasScale = longest > 1e-6;
    const bar = (length: number, fate: keyof typeof fates, opacity: number) => ({
      value: length,
      itemStyle: { color: fates[fate].colour, opacity, decal: fates[fate].decal ?? { symbol: "none" } },
    });
    const narrow = width < 560;
    return {
      animation: false,
      grid: { left: 8, right: narrow ? 16 : 150, top: 26, bottom: 44, containLabel: true },
      tooltip: {
        trigger: "item",
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const span = spans[dataIndex];
          const [client, , start, end] = span;
          const work =
            start === null || end === null
              ? "no word of its training"
              : `trained ${format.seconds(end - start)} (from ${format.seconds(start)} to ${format.seconds(end)})`;
          return lines(client, work, fateText(span));
        },
      },
      xAxis: {
        type: "value",
        name: "seconds since the round began",
        nameLocation: "middle",
        nameGap: 26,
        min: 0,
        max: hasScale ? Number((longest * 1.02).toPrecision(3)) : 1,
        axisLabel: { show: hasScale, showMaxLabel: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: spans.map(([client]) => client),
        axisLabel: { width: narrow ? 80 : 130, overflow: "truncate", interval: 0, fontSize: 11 },
        axisTick: { show: false },
      },
      series: [
        {
          ...{ type: "bar", stack: "span", silent: true, barWidth: 11, itemStyle: { color: "transparent" } },
          data: spans.map(([, , start]) => start ?? 0),
        },
        {
          ...{ type: "bar", stack: "span", barWidth: 11 },
          data: spans.map(([, fate, start, end, ended]) =>
            start === null || end === null ? bar(ended ?? until, fate, 0.3) : bar(end - start, fate, 1),
          ),
          markLine:
            closed === null
              ? undefined
              : {
                  silent: true,
                  symbol: "none",
                  data: [{ xAxis: closed }],
                  label: {
                    formatter: "round closed",
                    position: "start",
                    align: closed > longest / 2 ? "right" : "left",
                  },
                  lineStyle: { type: "dashed", width: 1.5 },
                },
        },
        {
          ...{ type: "bar", stack: "span", barWidth: 11 },
          data: spans.map(([, fate, , end, ended]) =>
            end !== null && ended !== null ? bar(Math.max(0, ended - end), fate, 0.3) : 0,
          ),
        },
        {
          ...{ type: "scatter", z: 5 },
          data: spans.map((span, i) => ({
            value: [finish(span), i],
            ...{ symbol: fates[span[1]].symbol, symbolSize: 11 },
            itemStyle: { color: fates[span[1]].colour, opacity: 1 },
            label: {
              ...{ show: !narrow && span[1] !== "contributed", position: "right", fontSize: 11 },
              ...{
                width: 140,
                overflow: "truncate",
                color: theme(dark).textStyle.color,
                formatter: () => fateText(span),
              },
            },
          })),
        },
      ],
    };
  };

  return { theme, revive, drawnAgainst, ofMeasure, fateText, trainedText, roundText, timelineChart };
}

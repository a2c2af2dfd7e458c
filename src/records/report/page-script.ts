import type { PageData, PageTimeline } from "./page-data.ts";

interface Chart {
  setOption(option: object, replace?: boolean): void;
  resize(): void;
  dispose(): void;
  on(event: string, handler: (event: { value: number[] }) => void): void;
}

interface Echarts {
  init(element: HTMLElement, theme: object, options: object): Chart;
}

interface Formats {
  readonly bytes: (value: number) => string;
  readonly seconds: (value: number) => string;
  readonly percent: (value: number) => string;
  readonly number: (value: number) => string;
}

/**
 * Draws the charts and drives the timeline in the finished page. It reaches the page as source text, so it
 * stands alone: everything comes in as an argument. Names from the run are put into the page as text only.
 */
export function drawReport(echarts: Echarts, data: PageData, format: Formats): void {
  // biome-ignore lint/suspicious/noExplicitAny: options of ECharts are loose data
  type Option = Record<string, any>;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const byId = (id: string) => document.getElementById(id);
  const drawn = new Map<string, Chart>();
  let printing = false;

  const theme = () => {
    const isDark = dark.matches && !printing;
    const text = isDark ? "#c9d1dc" : "#3c4654";
    const line = isDark ? "#39424f" : "#d9dee5";
    const surface = isDark ? "#171c23" : "#ffffff";
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
        backgroundColor: isDark ? "#242b35" : "#ffffff",
        borderColor: line,
        textStyle: { color: isDark ? "#e8edf3" : "#1c232d", fontSize: 13 },
        confine: true,
      },
      valueAxis: axis,
      categoryAxis: axis,
      visualMap: {
        textStyle: { color: text },
        inRange: {
          color: isDark
            ? ["#1d2530", "#1f4e79", "#3a86c8", "#cfe6fa"]
            : ["#f3f6fa", "#a9cdec", "#3a86c8", "#123a63"],
        },
      },
      heatmap: { itemStyle: { borderColor: surface } },
      markLine: { label: { color: text }, lineStyle: { color: text } },
    };
  };

  /** A tooltip as an element, so that no name can be taken for markup. */
  const lines = (...texts: string[]) => {
    const box = document.createElement("div");
    texts.forEach((text, i) => {
      const line = box.appendChild(document.createElement(i === 0 ? "strong" : "div"));
      line.textContent = text;
    });
    return box;
  };
  const axisName = (id: string, axis: "xAxis" | "yAxis", index: number) =>
    String((data.charts[id] as Option)[axis].data[index]);

  const functions: Record<string, unknown> = {
    ...{
      "fn:bytes": format.bytes,
      "fn:percent": (v: number | null) => (v === null ? "–" : format.percent(v)),
    },
    ...{
      "fn:seconds": format.seconds,
      "fn:number": (v: number | null) => (v === null ? "–" : format.number(v)),
    },
    // An axis may reach a little beyond the highest accuracy, but there is none above 1.
    "fn:share": (v: number) => (v > 1 ? "" : format.percent(v)),
    "fn:attendance": ({ value: [x, y], seriesName }: { value: number[]; seriesName: string }) =>
      lines(axisName("attendance", "yAxis", y), `round ${axisName("attendance", "xAxis", x)}: ${seriesName}`),
    "fn:partition": ({ value: [x, y, count] }: { value: number[] }) =>
      lines(
        axisName("partition", "yAxis", y),
        `class ${axisName("partition", "xAxis", x)}: ${format.number(count)} examples`,
      ),
  };

  /** Puts functions where the data names them. */
  const revive = (value: unknown, key = ""): unknown => {
    if (Array.isArray(value))
      return key === "data" || key === "source" ? value : value.map((item) => revive(item));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item, name)]));
    }
    const named = key === "formatter" || key === "valueFormatter";
    return (named && typeof value === "string" && functions[value]) || value;
  };

  const draw = (id: string, option: Option) => {
    const element = byId(id);
    if (!element) return;
    let chart = drawn.get(id);
    if (!chart) {
      chart = echarts.init(element, theme(), { renderer: "svg" });
      drawn.set(id, chart);
      if (id === "attendance") chart.on("click", ({ value }) => showRound(value[0]));
    }
    chart.setOption(option, true);
  };

  /** Marks as large as their cells allow. */
  const fitted = (id: string, option: Option): Option => {
    if (id !== "attendance") return option;
    const cell = ((byId(id)?.clientWidth ?? 600) - 140) / option.xAxis.data.length;
    return {
      ...option,
      series: option.series.map((series: Option) => ({
        ...series,
        symbolSize: Math.max(3, Math.min(11, cell * 0.7)),
      })),
    };
  };

  const axes: Record<string, Option> = {
    round: { name: "round", minInterval: 1, axisLabel: {} },
    seconds: { name: "simulated time", axisLabel: { formatter: format.seconds } },
    bytes: { name: "bytes on the wire since the start", axisLabel: { formatter: format.bytes } },
  };
  const against = (option: Option): Option => {
    const x = (byId("against") as HTMLSelectElement | null)?.value ?? "round";
    const series = option.series.map((each: Option) => ({ ...each, encode: { ...each.encode, x } }));
    const title = {
      valueFormatter: option.tooltip.valueFormatter,
      trigger: "axis",
      axisPointer: { label: axes[x].axisLabel },
    };
    return { ...option, xAxis: { ...option.xAxis, minInterval: 0, ...axes[x] }, tooltip: title, series };
  };

  const drawAll = () => {
    for (const [id, chart] of Object.entries(data.charts)) {
      const option = fitted(id, revive(chart) as Option);
      draw(id, id === "accuracy" || id === "loss" ? against(option) : option);
    }
    showRound(current);
  };

  const fateText = ([, fate, , end, ended, reason]: PageTimeline["spans"][number]) => {
    if (fate === "contributed") return end === null ? fate : `${fate}${reason ? `, ${reason}` : ""}`;
    const when =
      ended === null
        ? ""
        : fate === "late"
          ? `, arrived at ${format.seconds(ended)}`
          : ` at ${format.seconds(ended)}`;
    return `${fate}${when}${reason ? `: ${reason}` : ""}`;
  };

  const timelineOption = ({ spans, closed }: PageTimeline): Option => {
    const finish = (span: PageTimeline["spans"][number]) => span[4] ?? span[3] ?? closed ?? 0;
    const longest = Math.max(closed ?? 0, ...spans.map(finish), 1e-9);
    const bar = (length: number, fate: keyof PageData["fates"], opacity: number) => ({
      value: length,
      itemStyle: {
        color: data.fates[fate].colour,
        opacity,
        decal: data.fates[fate].decal ?? { symbol: "none" },
      },
    });
    const narrow = (byId("timeline")?.clientWidth ?? 800) < 560;
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
        name: "simulated seconds since the round began",
        nameLocation: "middle",
        nameGap: 26,
        min: 0,
        max: Number((longest * 1.02).toPrecision(3)),
        axisLabel: { showMaxLabel: false },
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
          type: "bar",
          stack: "span",
          silent: true,
          barWidth: 11,
          itemStyle: { color: "transparent" },
          data: spans.map(([, , start]) => start ?? 0),
        },
        {
          ...{ type: "bar", stack: "span", barWidth: 11 },
          data: spans.map(([, fate, start, end, ended]) =>
            start === null || end === null ? bar(ended ?? closed ?? 0, fate, 0.3) : bar(end - start, fate, 1),
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
            ...{ symbol: data.fates[span[1]].symbol, symbolSize: 11 },
            itemStyle: { color: data.fates[span[1]].colour, opacity: 1 },
            label: {
              ...{ show: !narrow && span[1] !== "contributed", position: "right", fontSize: 11 },
              ...{
                width: 140,
                overflow: "truncate",
                color: theme().textStyle.color,
                formatter: () => fateText(span),
              },
            },
          })),
        },
      ],
    };
  };

  const count = (round: PageTimeline, fate: string) => round.spans.filter((span) => span[1] === fate).length;
  const troubles = (round: PageTimeline) => round.spans.length - count(round, "contributed");
  // The round with the most trouble is the most telling one to begin with.
  let current = data.timelines.reduce(
    (best, round, i) => (troubles(round) > troubles(data.timelines[best]) ? i : best),
    0,
  );

  const showRound = (index: number) => {
    const round = data.timelines[index];
    const element = byId("timeline");
    if (!round || !element) return;
    current = index;
    (byId("round") as HTMLInputElement).value = String(index);
    const counts = Object.keys(data.fates)
      .filter((fate) => count(round, fate) > 0)
      .map((fate) => `${count(round, fate)} ${fate}`);
    const shown = round.spans.length < round.asked ? `; ${round.spans.length} of them shown` : "";
    const tries = round.attempt > 1 ? `, attempt ${round.attempt}` : "";
    const end = round.closed === null ? "not closed" : `closed after ${format.seconds(round.closed)}`;
    byId("round-text")!.textContent =
      `Round ${round.round}${tries}: ${round.asked} asked${shown} – ${counts.join(", ")}; ${end}`;
    element.style.height = `${round.spans.length * 20 + 90}px`;
    drawn.get("timeline")?.resize();
    draw("timeline", timelineOption(round));
    byId("timeline-rows")!.replaceChildren(
      ...round.spans.map((span) => {
        const row = document.createElement("tr");
        const [client, , start, end] = span;
        const cells = [
          client,
          start === null || end === null ? "–" : format.seconds(end - start),
          fateText(span),
        ];
        for (const text of cells) row.appendChild(document.createElement("td")).textContent = text;
        return row;
      }),
    );
  };

  const redraw = () => {
    for (const chart of drawn.values()) chart.dispose();
    drawn.clear();
    drawAll();
  };
  byId("round")?.addEventListener("input", (event) =>
    showRound(Number((event.target as HTMLInputElement).value)),
  );
  byId("earlier")?.addEventListener("click", () => showRound(Math.max(0, current - 1)));
  byId("later")?.addEventListener("click", () => showRound(Math.min(data.timelines.length - 1, current + 1)));
  byId("against")?.addEventListener("change", drawAll);
  dark.addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    printing = true;
    redraw();
  });
  addEventListener("afterprint", () => {
    printing = false;
    redraw();
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (width === innerWidth) return; // A phone's address bar changes only the height.
    width = innerWidth;
    redraw();
  });
  drawAll();
  document.documentElement.dataset.charts = "drawn";
}

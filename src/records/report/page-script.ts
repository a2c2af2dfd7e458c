import type { drawing, Formats, Option } from "./drawing.ts";
import type { PageData } from "./page-data.ts";

interface Chart {
  setOption(option: object, replace?: boolean): void;
  resize(): void;
  dispose(): void;
  on(event: string, handler: (event: { value: number[] }) => void): void;
}

interface Echarts {
  init(element: HTMLElement, theme: object, options: object): Chart;
}

/**
 * Draws the charts and drives the timeline in the finished page. It reaches the page as source text, so it
 * stands alone: everything comes in as an argument. Names from the run are put into the page as text only.
 */
export function drawReport(echarts: Echarts, data: PageData, tools: typeof drawing, format: Formats): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const byId = (id: string) => document.getElementById(id);
  const drawn = new Map<string, Chart>();
  let printing = false;
  const isDark = () => dark.matches && !printing;

  /** A tooltip as an element, so that no name can be taken for markup. */
  const lines = (...texts: string[]) => {
    const box = document.createElement("div");
    texts.forEach((text, i) => {
      const line = box.appendChild(document.createElement(i === 0 ? "strong" : "div"));
      line.textContent = text;
    });
    return box;
  };
  const { theme, revive, drawnAgainst, ofMeasure, timelineChart, roundText, trainedText, fateText } = tools({
    fates: data.fates,
    format,
    lines,
  });

  const draw = (id: string, option: Option) => {
    const element = byId(id);
    if (!element) return;
    let chart = drawn.get(id);
    if (!chart) {
      chart = echarts.init(element, theme(isDark()), { renderer: "svg" });
      drawn.set(id, chart);
      if (id === "attendance") chart.on("click", ({ value }) => showRound(value[0]));
    }
    chart.setOption(option, true);
  };

  /** Marks as large as their cells allow; of heat maps of attacks and defences, the chosen measure alone. */
  const fitted = (id: string, option: Option): Option => {
    if (id.startsWith("robustness-")) {
      const measure = (byId("measure") as HTMLSelectElement).value;
      return ofMeasure(option, measure);
    }
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

  const against = () => (byId("against") as HTMLSelectElement | null)?.value ?? "round";

  const drawAll = () => {
    for (const [id, chart] of Object.entries(data.charts)) {
      const option = fitted(id, revive(chart));
      draw(id, id === "accuracy" || id === "loss" ? drawnAgainst(option, against()) : option);
    }
    showRound(current);
  };

  const troubles = ({ spans }: PageData["timelines"][number]) =>
    spans.filter((span) => span[1] !== "contributed").length;
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
    byId("round-text")!.textContent = roundText(round);
    element.style.height = `${round.spans.length * 20 + 90}px`;
    drawn.get("timeline")?.resize();
    draw("timeline", timelineChart(round, element.clientWidth, isDark()));
    byId("timeline-rows")!.replaceChildren(
      ...round.spans.map((span) => {
        const row = document.createElement("tr");
        const cells = [span[0], trainedText(span), fateText(span)];
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
  byId("measure")?.addEventListener("change", drawAll);
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

import type { EChartsType } from "echarts/core";
import { useEffect, useRef } from "preact/hooks";
import type { Option } from "../../src/records/report/drawing.ts";
import { chartTools } from "./chart-tools.ts";
import { useDark } from "./use-dark.ts";

/** What a new drawing takes the place of; a legend's choices and an open tooltip outlive it. */
const replaced = ["dataset", "xAxis", "yAxis", "series", "visualMap"];

/** A chart on the page. */
interface Shown {
  readonly chart: EChartsType;
  isNear: boolean;
  /** Whether what is drawn is not what was last asked for. */
  isStale: boolean;
  /** Whether it is to be drawn as soon as the page has nothing else to do. */
  isDue: boolean;
}

/**
 * A chart of Apache ECharts that follows its data, the width of its place, and light and dark. Far from the visible
 * part of the page it is drawn when the page has nothing else to do.
 *
 * @param draw the chart for a width in pixels; a new function is a new drawing, so keep it (`useMemo`,
 *   `useCallback`) while nothing has changed
 * @param height pixels
 * @param label what the chart shows, for those who do not see it; say where the same figures are as text
 */
export function Chart({
  draw,
  height,
  label,
}: {
  draw: (width: number, dark: boolean) => Option;
  height: number;
  label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown>(null);
  const dark = useDark();
  const latest = useRef(draw);
  latest.current = draw;

  const paint = () => {
    const { current } = shown;
    if (!current?.isStale) return;
    current.isStale = false;
    current.chart.setOption(latest.current(current.chart.getWidth(), dark), { replaceMerge: replaced });
  };
  const refresh = () => {
    const { current } = shown;
    if (current?.isNear) return paint();
    if (!current || current.isDue) return;
    current.isDue = true;
    whenIdle(() => {
      current.isDue = false;
      paint();
    });
  };

  useEffect(() => {
    const element = place.current!;
    const leaving = new AbortController();
    void import("./echarts.ts").then(({ initChart }) => {
      if (leaving.signal.aborted) return;
      const { tooltip, ...theme } = chartTools.theme(dark);
      const chart = initChart(element, { ...theme, tooltip: { ...tooltip, renderMode: "richText" } });
      const current = { chart, isNear: false, isStale: true, isDue: false };
      shown.current = current;
      const visible = new IntersectionObserver(
        (entries) => {
          current.isNear = entries.at(-1)!.isIntersecting;
          refresh();
        },
        { rootMargin: "200px" },
      );
      const resized = new ResizeObserver(() => {
        if (element.clientWidth === chart.getWidth() && element.clientHeight === chart.getHeight()) return;
        chart.resize();
        current.isStale = true;
        refresh();
      });
      visible.observe(element);
      resized.observe(element);
      leaving.signal.addEventListener("abort", () => {
        visible.disconnect();
        resized.disconnect();
        chart.dispose();
        shown.current = null;
      });
    });
    return () => leaving.abort();
  }, [dark]);

  useEffect(() => {
    if (shown.current) shown.current.isStale = true;
    refresh();
  }, [draw]);

  return <div class="chart" ref={place} style={{ height: `${height}px` }} role="img" aria-label={label} />;
}

/** Safari has no `requestIdleCallback`. */
function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act);
  else setTimeout(act, 100);
}

import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";
import type { Option } from "../../src/records/report/drawing.ts";
import { chartTools } from "./chart-tools.ts";
import { useDark } from "./use-dark.ts";

use([
  ...[BarChart, HeatmapChart, LineChart, ScatterChart, SVGRenderer],
  ...[DatasetComponent, GridComponent, LegendComponent, MarkLineComponent],
  ...[TooltipComponent, VisualMapContinuousComponent],
]);

/** What a new drawing takes the place of; a legend's choices and an open tooltip outlive it. */
const replaced = ["dataset", "xAxis", "yAxis", "series", "visualMap"];

/**
 * A chart of Apache ECharts that follows its data, the width of its place, and light and dark. It is drawn only
 * while it is near the visible part of the page.
 *
 * @param draw the chart for a width in pixels; a new function is a new drawing, so keep it (`useMemo`,
 *   `useCallback`) while nothing has changed
 * @param height pixels
 * @param label what the chart shows, for those who do not see it; say where the same figures are as text
 * @param onPick called with the index of the data that was chosen with the pointer
 */
export function Chart({
  draw,
  height,
  label,
  onPick,
}: {
  draw: (width: number, dark: boolean) => Option;
  height: number;
  label: string;
  onPick?: (index: number) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const near = useRef(false);
  const dark = useDark();

  /** The latest drawing that was asked for; null once it is on the page. */
  const pending = useRef<typeof draw | null>(null);
  const flush = () => {
    if (!near.current || !chart.current || !pending.current) return;
    chart.current.setOption(pending.current(chart.current.getWidth(), dark), { replaceMerge: replaced });
    pending.current = null;
  };

  useEffect(() => {
    const { tooltip, ...theme } = chartTools.theme(dark);
    const made = init(place.current!, { ...theme, tooltip: { ...tooltip, renderMode: "richText" } });
    chart.current = made;
    if (onPick) made.on("click", ({ dataIndex }) => onPick(dataIndex));
    return () => {
      made.dispose();
      chart.current = null;
    };
  }, [dark, onPick]);

  useEffect(() => {
    pending.current = draw;
    const visible = new IntersectionObserver(
      (entries) => {
        near.current = entries.at(-1)!.isIntersecting;
        flush();
      },
      { rootMargin: "200px" },
    );
    const resized = new ResizeObserver(() => {
      chart.current?.resize();
      pending.current = draw;
      flush();
    });
    visible.observe(place.current!);
    resized.observe(place.current!);
    flush();
    return () => {
      visible.disconnect();
      resized.disconnect();
    };
  }, [draw, height, dark, onPick]);

  return <div class="chart" ref={place} style={{ height: `${height}px` }} role="img" aria-label={label} />;
}

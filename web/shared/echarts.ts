/** The parts of Apache ECharts that the charts use; `Chart` fetches this file when the first chart is shown. */
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
import { LegacyGridContainLabel } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([
  ...[BarChart, HeatmapChart, LineChart, ScatterChart, SVGRenderer],
  ...[DatasetComponent, GridComponent, LegendComponent, MarkLineComponent],
  ...[LegacyGridContainLabel, TooltipComponent, VisualMapContinuousComponent],
]);

/**
 * Puts an empty chart into an element. (A function of this file's own: the package says that its files have no
 * side effects, so a mere passing on of `init` would lose the registration above.)
 */
export function initChart(element: HTMLElement, theme: object): EChartsType {
  return init(element, theme);
}

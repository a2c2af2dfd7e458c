import { useMemo } from "preact/hooks";
import { formatNumber } from "../../src/records/report/format.ts";
import { Chart } from "../shared/chart.tsx";
import type { RoundPart } from "./progress.ts";

/** Loss by round; the same figures are in the table beneath. */
export function LossChart({ rounds }: { rounds: readonly RoundPart[] }) {
  const draw = useMemo(() => {
    const points = rounds.flatMap(({ round, trained }) => (trained ? [[round, trained.loss]] : []));
    return () => ({
      animation: false,
      grid: { left: 8, right: 24, top: 12, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", valueFormatter: formatNumber },
      xAxis: { type: "value", minInterval: 1, min: 1, name: "" },
      yAxis: { type: "value", scale: true },
      series: [{ type: "line", name: "loss", data: points, symbolSize: 6, color: "#3a86c8" }],
    });
  }, [rounds]);
  return <Chart draw={draw} height={200} label="Line chart of the loss by round; see the table." />;
}

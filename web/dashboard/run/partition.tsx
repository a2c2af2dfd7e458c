import { useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { partitionChart } from "../../../src/records/report/charts.ts";
import { partitionNote } from "../../../src/records/report/partition.ts";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { FigureTable } from "../figure-table.tsx";

/** Which client holds how much of what. */
export function Partition({ live: { partition } }: { live: LiveRun }) {
  const draw = useMemo(() => partition && (() => chartTools.revive(partitionChart(partition))), [partition]);
  if (!partition || !draw) return null;
  const { rows, names, kind } = partition;
  return (
    <Panel title="Who holds which data" note={partitionNote(partition)}>
      <Chart
        draw={draw}
        height={rows.length * 18 + 130}
        label={`Heat map of the examples that each client holds of each ${kind}; the table below has the same figures.`}
      />
      <More title={`Table of examples per client and ${kind}`}>
        {() => (
          <FigureTable
            caption={`Examples per client and ${kind}`}
            columns={[
              ["Client", ({ row }) => `client-${row}`],
              ...names.map(
                (name, i) => [name, ({ counts }: (typeof rows)[number]) => String(counts[i])] as const,
              ),
            ]}
            rows={rows}
            keyOf={({ row }) => row}
          />
        )}
      </More>
    </Panel>
  );
}

import { useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { partitionChart } from "../../../src/records/report/charts.ts";
import { formatNumber } from "../../../src/records/report/format.ts";
import type { PartitionView } from "../../../src/records/report/partition.ts";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { FigureTable } from "../figure-table.tsx";

/** Which client holds how much of which class. */
export function Partition({ live: { partition } }: { live: LiveRun }) {
  const draw = useMemo(() => partition && (() => chartTools.revive(partitionChart(partition))), [partition]);
  if (!partition || !draw) return null;
  const { rows, classNames } = partition;
  return (
    <Panel title="Who holds which data" note={noteOf(partition)}>
      <Chart
        draw={draw}
        height={rows.length * 18 + 130}
        label="Heat map of the examples that each client holds of each class; the table below has the same figures."
      />
      <More title="Table of examples per client and class">
        {() => (
          <FigureTable
            caption="Examples per client and class"
            columns={[
              ["Client", ({ row }) => `client-${row}`],
              ...classNames.map(
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

function noteOf({ rows, clients, examples, classesPerClient, foldedClasses }: PartitionView): string {
  const [least, most, median] = [examples.least, examples.most, examples.median].map(formatNumber);
  const cut =
    rows.length < clients
      ? ` Shown are ${rows.length} of the ${formatNumber(clients)} clients, evenly spaced.`
      : "";
  const folded = foldedClasses > 0 ? ` The last column adds up ${foldedClasses} classes.` : "";
  return `A client holds ${least} to ${most} examples (median ${median}) of ${formatNumber(classesPerClient)} classes (median).${cut}${folded}`;
}

import { formatNumber } from "../../src/records/report/format.ts";
import { Table } from "../shared/table.tsx";

/** How many examples there are of each class, as figures and as bars. */
export function ClassCounts({ names, counts }: { names: readonly string[]; counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const rows = names.map((name, label) => ({ name, count: counts[label] }));
  return (
    <Table
      caption="Your examples by class"
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        { head: "Class", cell: ({ name }) => name },
        { head: "Examples", cell: ({ count }) => formatNumber(count), figure: true },
        {
          head: "Share",
          cell: ({ count }) => (
            <span class="share" aria-hidden="true">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </span>
          ),
        },
      ]}
    />
  );
}

import { useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { roundColumns } from "../../../src/records/report/columns.ts";
import { More } from "../../shared/more.tsx";
import { FigureTable } from "../figure-table.tsx";
import { Learning } from "../learning.tsx";

/** How the run learns, and the table of its rounds, newest first. */
export function RunLearning({ live }: { live: LiveRun }) {
  const { rounds } = live.summary;
  const curves = useMemo(() => [{ name: "on the held-out set", rounds }], [rounds]);
  return (
    <Learning curves={curves}>
      <More title="Table of rounds">
        {() => (
          <FigureTable
            caption="Rounds, newest first"
            columns={roundColumns}
            rows={rounds.toReversed()}
            keyOf={({ round }) => round}
          />
        )}
      </More>
    </Learning>
  );
}

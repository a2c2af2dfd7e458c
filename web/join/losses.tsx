import { formatNumber, formatSeconds } from "../../src/records/report/format.ts";
import { More } from "../shared/more.tsx";
import { Panel } from "../shared/panel.tsx";
import { Table } from "../shared/table.tsx";
import { LossChart } from "./loss-chart.tsx";
import type { RoundPart } from "./progress.ts";

/** The loss of local training, round by round, drawn and as figures. */
export function Losses({ rounds }: { rounds: readonly RoundPart[] }) {
  if (!rounds.some(({ trained }) => trained)) return null;
  return (
    <Panel title="How it learns" note="Mean loss while training on your data, by round; lower is better.">
      <LossChart rounds={rounds} />
      <More title="Table of rounds">
        {() => (
          <Table
            caption="Rounds, newest first"
            captionUnseen
            rows={rounds.map((part, i) => ({ ...part, i })).toReversed()}
            keyOf={({ i }) => i}
            columns={[
              { head: "Round", cell: ({ round }) => round },
              {
                head: "Loss",
                cell: ({ trained }) => (trained ? formatNumber(trained.loss) : "–"),
                figure: true,
              },
              {
                head: "Time",
                cell: ({ trained }) => (trained ? formatSeconds(trained.seconds) : "–"),
                figure: true,
              },
              { head: "Your part", cell: ({ counted }) => fateOf(counted) },
            ]}
          />
        )}
      </More>
    </Panel>
  );
}

function fateOf(counted: boolean | undefined): string {
  if (counted === undefined) return "under way";
  return counted ? "counted" : "did not count";
}

import { useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { outcomeChart, thin, trafficChart } from "../../../src/records/report/charts.ts";
import { limits } from "../../../src/records/report/limits.ts";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { Panel } from "../../shared/panel.tsx";

/** What became of the clients asked, and the bytes on the wire, round by round. */
export function PerRound({ live }: { live: LiveRun }) {
  const { rounds } = live.summary;
  // The list grows in place.
  const [outcomes, traffic] = useMemo(
    () => [outcomeChart, trafficChart].map((chart) => () => chartTools.revive(chart(thin(rounds)))),
    [rounds, rounds.length],
  );
  const note =
    rounds.length > limits.rounds ? `${limits.rounds} of the rounds are shown, evenly spaced.` : undefined;
  return (
    <>
      <Panel title="Answers per round" note={note}>
        <Chart
          draw={outcomes}
          height={280}
          label="Stacked bars: clients that contributed, were late, dropped out or were rejected, per round; see the table of rounds."
        />
      </Panel>
      <Panel title="Bytes per round" note={note}>
        <Chart
          draw={traffic}
          height={280}
          label="Stacked bars: bytes from clients to server, from server to clients and between clients, per round; see the table of rounds."
        />
      </Panel>
    </>
  );
}

import { useMemo } from "preact/hooks";
import { type ClientRecord, latency, troubles } from "../../../src/records/live/client-records.ts";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { liveLimits } from "../../../src/records/live/limits.ts";
import { formatNumber, formatSeconds } from "../../../src/records/report/format.ts";
import { Chart } from "../../shared/chart.tsx";
import { Panel } from "../../shared/panel.tsx";
import { type Column, Table } from "../../shared/table.tsx";
import { type Latency, latencyChart, slowest } from "./latency-chart.ts";

/** Every client over the whole run: how often asked, what became of it, why, and how long it takes. */
export function Clients({ live }: { live: LiveRun }) {
  // A client's record changes with every event; a table that does so too could not be read.
  const done = live.summary.rounds.length;
  // Once per round.
  const { records, more } = useMemo(() => live.clients(), [live.started, done]);
  const latencies = useMemo(
    () =>
      records.flatMap((record): Latency[] => {
        const found = latency(record);
        return found ? [{ client: record.client, ...found }] : [];
      }),
    [records],
  );
  if (records.length === 0) return null;
  const cut = more
    ? ` Followed are the first ${formatNumber(liveLimits.clients)} clients that were asked.`
    : "";
  return (
    <>
      <Panel title="Clients" wide note={`Over the whole run, those with most trouble first.${cut}`}>
        <Table
          caption="Clients"
          captionUnseen
          columns={columns}
          rows={records}
          keyOf={({ client }) => client}
        />
      </Panel>
      {latencies.length > 0 && <Latencies latencies={latencies} />}
    </>
  );
}

function Latencies({ latencies }: { latencies: readonly Latency[] }) {
  const draw = useMemo(() => () => latencyChart(latencies), [latencies]);
  const shown = Math.min(latencies.length, slowest);
  const cut = latencies.length > slowest ? ` Shown are the ${slowest} slowest; the table has all.` : "";
  return (
    <Panel
      title="Latency"
      note={`Seconds from a round's opening to the client's answer: the bar is the median of the last ${liveLimits.latencies}, the mark the last.${cut}`}
    >
      <Chart
        draw={draw}
        height={shown * 20 + 90}
        label="Bars: median latency of each client, with a mark for the last one; the table of clients has the same figures."
      />
    </Panel>
  );
}

const seconds = (value: number | undefined) => (value === undefined ? "–" : formatSeconds(value));

const columns: readonly Column<ClientRecord>[] = [
  { head: "Client", sortBy: ({ client }) => client, cell: ({ client }) => client },
  { head: "Asked", figure: true, sortBy: ({ asked }) => asked, cell: ({ asked }) => asked },
  ...(["contributed", "late", "dropped", "rejected"] as const).map((outcome) => ({
    head: outcome[0].toUpperCase() + outcome.slice(1),
    figure: true,
    sortBy: ({ outcomes }: ClientRecord) => outcomes[outcome],
    cell: ({ outcomes }: ClientRecord) => outcomes[outcome],
  })),
  { head: "Trouble", figure: true, sortBy: troubles, cell: troubles },
  {
    ...{ head: "Median latency", figure: true, sortBy: (record) => latency(record)?.median ?? -1 },
    cell: (record) => seconds(latency(record)?.median),
  },
  {
    ...{ head: "Last latency", figure: true, sortBy: (record) => latency(record)?.last ?? -1 },
    cell: (record) => seconds(latency(record)?.last),
  },
  {
    head: "Last asked",
    figure: true,
    sortBy: ({ lastRound }) => lastRound,
    cell: ({ lastRound }) => `round ${lastRound}`,
  },
  {
    head: "Last reason",
    cell: ({ lastReason }) => (lastReason ? `${lastReason.reason} (round ${lastReason.round})` : "–"),
  },
];

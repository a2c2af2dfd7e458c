import { useCallback, useState } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { limits } from "../../../src/records/report/limits.ts";
import { type PageTimeline, pageTimelines } from "../../../src/records/report/page-data.ts";
import type { RoundTimeline } from "../../../src/records/report/round-timeline.ts";
import { Button } from "../../shared/button.tsx";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { Table } from "../../shared/table.tsx";

const note =
  "Bars are local training; the mark at the end tells what became of the answer: ● contributed, ▲ late, ✕ dropped, ◆ rejected. Pale bars are waiting, or work that was cut off.";

/** What each client did in one of the last rounds; the newest, until another is chosen. */
export function RoundClients({ live }: { live: LiveRun }) {
  const [chosen, choose] = useState<number | null>(null);
  const { recentRounds: rounds } = live;
  if (rounds.length === 0) return null;
  // A chosen round that has since been forgotten gives way to the oldest that is known.
  const index = chosen === null ? rounds.length - 1 : Math.max(0, rounds.indexOf(chosen));
  const round = live.timelineOf(rounds[index])!;
  const [page] = pageTimelines([round]);
  const text = chartTools.roundText(page);
  const step = (to: number) => choose(rounds[Math.min(rounds.length - 1, Math.max(0, to))]);
  const older = rounds[0] > 1 ? ` The last ${rounds.length} rounds can be chosen.` : "";
  return (
    <Panel title="Clients in a round" note={note + older} wide>
      <div class="controls">
        <Button aria-label="Earlier round" disabled={index === 0} onClick={() => step(index - 1)}>
          ←
        </Button>
        <input
          type="range"
          min={0}
          max={rounds.length - 1}
          step={1}
          value={index}
          aria-label="Round"
          aria-valuetext={text}
          onInput={(event) => step(Number(event.currentTarget.value))}
        />
        <Button
          aria-label="Later round"
          disabled={index === rounds.length - 1}
          onClick={() => step(index + 1)}
        >
          →
        </Button>
        <Button aria-pressed={chosen === null} onClick={() => choose(chosen === null ? rounds[index] : null)}>
          Newest
        </Button>
      </div>
      <p>{text}</p>
      <Timeline round={round} />
      <More title="Table of this round">{() => <RoundTable page={page} />}</More>
    </Panel>
  );
}

function Timeline({ round }: { round: RoundTimeline }) {
  const shown =
    round.spans.length > limits.clients ? { ...round, spans: round.spans.slice(0, limits.clients) } : round;
  const draw = useCallback(
    (width: number, dark: boolean) => chartTools.timelineChart(pageTimelines([shown])[0], width, dark),
    [shown],
  );
  return (
    <>
      <Chart
        draw={draw}
        height={shown.spans.length * 20 + 90}
        label={`Timeline of the clients in round ${round.round}; the table below has the same figures.`}
      />
      {shown !== round && (
        <p class="note">
          Drawn are {limits.clients} clients: those with trouble first, then the slowest. The table has{" "}
          {round.spans.length < round.asked ? `${round.spans.length} of ${round.asked}` : "all"}.
        </p>
      )}
    </>
  );
}

function RoundTable({ page }: { page: PageTimeline }) {
  return (
    <Table
      caption={`Clients in round ${page.round}`}
      captionUnseen
      columns={[
        { head: "Client", cell: ([client]) => client, sortBy: ([client]) => client },
        {
          ...{ head: "Trained for", figure: true, cell: chartTools.trainedText },
          sortBy: ([, , start, end]) => (end ?? -1) - (start ?? 0),
        },
        { head: "Outcome", cell: chartTools.fateText, sortBy: ([, fate]) => fate },
      ]}
      rows={page.spans}
      keyOf={([client]) => client}
    />
  );
}

import { useMemo } from "preact/hooks";
import type { Exchange } from "../../../src/records/events.ts";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { exchangeChart, exchangeHeight, sortExchange } from "../../../src/records/report/exchange-chart.ts";
import { formatBytes } from "../../../src/records/report/format.ts";
import { patternChart, patternHeight } from "../../../src/records/report/pattern-chart.ts";
import { loadColumns, loadsOf, messageColumns } from "../../../src/records/report/secure-columns.ts";
import {
  exchangeNote,
  loadNote,
  patternNote,
  type SecureView,
  settingNote,
  viewSecure,
} from "../../../src/records/report/secure-view.ts";
import type { Sight } from "../../../src/records/report/sights.ts";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { Table } from "../../shared/table.tsx";
import { FigureTable } from "../figure-table.tsx";

/** Under a secure protocol: what travelled in the newest finished round, how much of it, and what each party saw. */
export function WhoSawWhat({ live }: { live: LiveRun }) {
  const { started, summary, exchange } = live;
  // The list of rounds grows in place.
  const view = useMemo(() => viewSecure(live), [started, summary.rounds.length, exchange]);
  if (view === null) return null;
  return (
    <Panel title="Who saw what" note={settingNote(view)} wide>
      <div class="sights">{view.sights.parties.map(sight)}</div>
      <ul class="note">
        {view.sights.rests.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {view.messages.length > 0 && <Messages view={view} />}
      <h3>Bytes and symbols</h3>
      <p class="note">{loadNote(view)}</p>
      <Table
        caption="Bytes and symbols by party"
        captionUnseen
        columns={loadColumns}
        rows={loadsOf(view)}
        keyOf={({ party }) => party}
      />
      {exchange && <FirstRound exchange={exchange} />}
    </Panel>
  );
}

function sight({ party, saw, hidden }: Sight) {
  return (
    <div key={party}>
      <h3>{party}</h3>
      <dl>
        <dt>Saw</dt>
        {saw.map((text) => (
          <dd key={text}>{text}</dd>
        ))}
        <dt>Cannot learn</dt>
        {hidden.map((text) => (
          <dd key={text}>{text}</dd>
        ))}
      </dl>
    </div>
  );
}

function Messages({ view: { round, messages } }: { view: SecureView }) {
  const draw = useMemo(() => () => chartTools.revive(patternChart(messages)), [messages]);
  return (
    <>
      <h3>Messages of round {round.round}</h3>
      <p class="note">{patternNote}</p>
      <Chart
        draw={draw}
        height={patternHeight(messages)}
        label="The messages of the round in the order in which they first appeared, as arrows between the server, the clients and other clients; the table below has the same figures."
      />
      <More title="Table of messages">
        {() => (
          <Table
            caption={`Messages of round ${round.round}`}
            captionUnseen
            columns={messageColumns}
            rows={messages}
            keyOf={({ kind, from, to }) => `${kind} ${from} ${to}`}
          />
        )}
      </More>
    </>
  );
}

function FirstRound({ exchange }: { exchange: Exchange }) {
  const draw = useMemo(() => () => chartTools.revive(exchangeChart(exchange)), [exchange]);
  return (
    <>
      <h3>Who sent how much to whom</h3>
      <p class="note">{exchangeNote}</p>
      <Chart
        draw={draw}
        height={exchangeHeight(exchange)}
        label="Heat map of the bytes from each party to each other; the table below has the same figures."
      />
      <More title="Table of bytes from party to party">{() => <ExchangeTable exchange={exchange} />}</More>
    </>
  );
}

function ExchangeTable({ exchange }: { exchange: Exchange }) {
  const { parties, bytes } = sortExchange(exchange);
  return (
    <FigureTable
      caption="Bytes from party to party"
      columns={[
        ["From \\ to", (row: number) => parties[row]],
        ...parties.map(
          (to, column) =>
            [
              to,
              (row: number) => (bytes[row][column] === 0 ? "–" : formatBytes(bytes[row][column])),
            ] as const,
        ),
      ]}
      rows={[...parties.keys()]}
      keyOf={(row) => row}
    />
  );
}

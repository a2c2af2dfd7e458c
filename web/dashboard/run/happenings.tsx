import { useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import type { Coming, FailedAttempt, Refusal } from "../../../src/records/live/happenings.ts";
import { formatNumber } from "../../../src/records/report/format.ts";
import { Panel } from "../../shared/panel.tsx";
import { type Column, Table } from "../../shared/table.tsx";
import { formatTime } from "../when.ts";

/** What happened beside the rounds: refused messages, failed attempts, clients that came and went. */
export function Happenings({ live }: { live: LiveRun }) {
  // `last` stands for all that has happened.
  const happenings = useMemo(() => live.happenings(), [live.started, live.last]);
  const { refusals, furtherRefusals, comings, joined, left, attempts } = happenings;
  return (
    <>
      {refusals.length > 0 && (
        <Panel title="Refused messages">
          <Table
            caption="Refused messages by code and reason"
            captionUnseen
            columns={refusalColumns}
            rows={refusals}
            keyOf={({ code, reason }) => `${code} ${reason}`}
          />
          {furtherRefusals > 0 && (
            <p class="note">{formatNumber(furtherRefusals)} more were refused for other reasons.</p>
          )}
        </Panel>
      )}
      {comings.length > 0 && (
        <Panel title="Joined and left" note={`Clients joined ${times(joined)} and left ${times(left)}.`}>
          <Table
            caption="Clients that joined or left, newest first"
            captionUnseen
            columns={comingColumns}
            rows={comings.toReversed()}
            keyOf={({ sequence }) => sequence}
          />
        </Panel>
      )}
      {attempts.length > 0 && (
        <Panel title="Failed attempts at a round">
          <Table
            caption="Failed attempts, newest first"
            captionUnseen
            columns={attemptColumns}
            rows={attempts.toReversed()}
            keyOf={({ sequence }) => sequence}
          />
        </Panel>
      )}
    </>
  );
}

function times(count: number): string {
  return count === 1 ? "once" : `${formatNumber(count)} times`;
}

const refusalColumns: readonly Column<Refusal>[] = [
  { head: "Code", cell: ({ code }) => <code>{code}</code> },
  { head: "Reason", cell: ({ reason }) => reason },
  { head: "Last from", cell: ({ from }) => from },
  { head: "Count", figure: true, cell: ({ count }) => formatNumber(count) },
];

const comingColumns: readonly Column<Coming>[] = [
  { head: "Client", cell: ({ client }) => client },
  { head: "What", cell: ({ joined }) => (joined ? "joined" : "left") },
  { head: "When", figure: true, cell: ({ wall }) => formatTime(wall) },
];

const attemptColumns: readonly Column<FailedAttempt>[] = [
  { head: "Round", cell: ({ round, attempt }) => `${round}, attempt ${attempt}` },
  { head: "Reason", cell: ({ reason, code }) => `${reason} (${code})` },
  { head: "When", figure: true, cell: ({ wall }) => formatTime(wall) },
];

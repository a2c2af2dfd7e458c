import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import type { RunState } from "../../../src/records/live/listed-run.ts";
import { formatNumber } from "../../../src/records/report/format.ts";
import { Notice } from "../../shared/notice.tsx";
import { addressOf } from "../route.ts";
import type { Connection } from "../run-feed.ts";
import { session } from "../session.ts";
import { StatePill } from "../state-pill.tsx";
import { formatDay } from "../when.ts";
import { StopRun } from "./stop-run.tsx";

/** Name and state of a run, how far it has come, why it failed, and the way to stop it. */
export function Head({
  run,
  live,
  state,
  connection,
}: {
  run: string;
  live: LiveRun;
  state: RunState;
  connection: Connection;
}) {
  const { summary, started, failure } = live;
  const done = summary.rounds.length;
  return (
    <header class="head">
      <nav aria-label="Way back">
        <a href={addressOf({ page: "runs" })}>← All runs</a>
      </nav>
      <div class="title">
        <h1>{summary.recipe}</h1>
        <StatePill state={state} />
        {state === "running" && <ConnectionMark connection={connection} />}
        {state === "running" && session.value === "operator" && (
          <StopRun run={run} isLost={connection === "lost"} />
        )}
      </div>
      <p class="note">
        {run} · {summary.task} · {formatNumber(summary.clients)} clients · seed {summary.seed} · started{" "}
        {formatDay(started.wall)}
      </p>
      {failure && (
        <Notice tone="bad">
          <strong>Failed{failure.round === null ? "" : ` in round ${failure.round}`}.</strong>{" "}
          {failure.message} ({failure.code})
        </Notice>
      )}
      {state === "interrupted" && (
        <Notice tone="warn">
          No process works on this run. It goes on when its command is given again with <code>--resume</code>.
        </Notice>
      )}
      <div class="progress">
        <progress max={started.rounds} value={done} aria-label="Rounds done" />
        <span>{progressText(live, state)}</span>
      </div>
    </header>
  );
}

function progressText({ summary, started, current }: LiveRun, state: RunState): string {
  const done = summary.rounds.length;
  const rounds = `${done} of ${started.rounds} rounds`;
  if (state !== "running" || !current || current.round <= done) return rounds;
  const again = current.attempt > 1 ? `, attempt ${current.attempt}` : "";
  const { asked, trained, decided } = current;
  const known = decided > 0 ? `${decided} of ${asked} decided` : `${trained} of ${asked} have trained`;
  return `${rounds} · round ${current.round}${again}: ${known}`;
}

const connections: Readonly<Record<Connection, string>> = {
  reading: "reading…",
  live: "live",
  lost: "connection lost, trying again…",
  over: "over",
  refused: "refused",
};

/** Whether what one sees is what is. */
function ConnectionMark({ connection }: { connection: Connection }) {
  return (
    <span class={`connection is-${connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {connections[connection]}
    </span>
  );
}

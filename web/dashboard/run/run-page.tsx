import { useEffect } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import type { RunState } from "../../../src/records/live/listed-run.ts";
import { headlines } from "../../../src/records/report/facts.ts";
import { Figure, Figures } from "../../shared/figures.tsx";
import { Notice } from "../../shared/notice.tsx";
import { listRuns } from "../api.ts";
import type { RunFeed } from "../run-feed.ts";
import { useFeeds } from "../use-feeds.ts";
import { usePolled } from "../use-polled.ts";
import { About } from "./about.tsx";
import { Announcer } from "./announcer.tsx";
import { Clients } from "./clients.tsx";
import { Happenings } from "./happenings.tsx";
import { Head } from "./head.tsx";
import { Method } from "./method.tsx";
import { Partition } from "./partition.tsx";
import { PerRound } from "./per-round.tsx";
import { RoundClients } from "./round-clients.tsx";
import { RunLearning } from "./run-learning.tsx";
import { WhoSawWhat } from "./who-saw-what.tsx";

/** One run, live. */
export function RunPage({ run }: { run: string }) {
  const [feed] = useFeeds([run], "stream");
  return feed ? <FollowedRun run={run} feed={feed} /> : <h1>{run}</h1>;
}

function FollowedRun({ run, feed }: { run: string; feed: RunFeed }) {
  const live = feed.view.value;
  const connection = feed.connection.value;
  const listed = usePolled(listRuns, 10).value?.find((each) => each.run === run);
  const state = stateOf(live, listed?.state);
  const done = live?.summary.rounds.length ?? 0;
  useEffect(() => {
    const progress = live && state === "running" ? `${done}/${live.started.rounds} ` : "";
    document.title = `${progress}${run} – Coterie`;
  });

  if (connection === "refused") {
    return (
      <>
        <h1>{run}</h1>
        <Notice tone="bad">{feed.problem.value}</Notice>
      </>
    );
  }
  if (!live) {
    return (
      <>
        <h1>{run}</h1>
        <p class="note">
          {connection === "lost" ? "The server does not answer. Trying again…" : "Reading the log…"}
        </p>
      </>
    );
  }
  return (
    <>
      <Head run={run} live={live} state={state} connection={connection} />
      <Announcer live={live} isLive={connection === "live"} />
      <Figures>
        {headlines(live).map((headline) => (
          <Figure key={headline.name} {...headline} />
        ))}
      </Figures>
      <div class="panels">
        <RunLearning live={live} />
        <RoundClients live={live} />
        <WhoSawWhat live={live} />
        <PerRound live={live} />
        <Clients live={live} />
        <Happenings live={live} />
        <Partition live={live} />
        <Method live={live} />
        <About live={live} />
      </div>
    </>
  );
}

/** The log knows how a run ended; whether a process still works on it, only the list of runs does. */
function stateOf(live: LiveRun | null, listed: RunState | undefined): RunState {
  if (live?.finished) return "finished";
  if (live?.failure) return "failed";
  return listed === "interrupted" ? "interrupted" : "running";
}

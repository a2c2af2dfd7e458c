import { useEffect, useRef, useState } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { lossText } from "../../../src/records/report/facts.ts";
import { formatPercent } from "../../../src/records/report/format.ts";

/** Least milliseconds between two lines; of the rounds that finish meanwhile the last is told. */
const calm = 5000;

/** Tells those who listen instead of looking of each finished round, in at most one line. */
export function Announcer({ live, isLive }: { live: LiveRun; isLive: boolean }) {
  const [text, setText] = useState("");
  const told = useRef({ rounds: live.summary.rounds.length, at: Number.NEGATIVE_INFINITY });
  const { rounds } = live.summary;
  useEffect(() => {
    const round = rounds.at(-1);
    if (!isLive || !round || rounds.length === told.current.rounds) return;
    const tell = () => {
      told.current = { rounds: rounds.length, at: performance.now() };
      const accuracy =
        round.accuracy === null ? "not evaluated" : `accuracy ${formatPercent(round.accuracy)}`;
      setText(`Round ${round.round} finished: ${accuracy}, loss ${lossText(round.loss)}.`);
    };
    const timer = setTimeout(tell, told.current.at + calm - performance.now());
    return () => clearTimeout(timer);
  });
  return (
    <p class="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
}

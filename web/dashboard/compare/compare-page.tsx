import { useEffect, useMemo } from "preact/hooks";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { adviceNote, adviceOf } from "../../../src/records/report/advice.ts";
import {
  distinctNames,
  type FigureColumn,
  recipeDifferences,
  runColumns,
} from "../../../src/records/report/columns.ts";
import { limits } from "../../../src/records/report/limits.ts";
import { robustnessTables } from "../../../src/records/report/robustness.ts";
import { viewRobustness } from "../../../src/records/report/robustness-view.ts";
import { Notice } from "../../shared/notice.tsx";
import { Panel } from "../../shared/panel.tsx";
import { FigureTable } from "../figure-table.tsx";
import { Learning } from "../learning.tsx";
import { addressOf } from "../route.ts";
import { useFeeds } from "../use-feeds.ts";
import { Robustness } from "./robustness.tsx";

/** Several runs side by side: how defences stood up to attacks, curves, figures, and where the recipes differ. */
export function ComparePage({ runs }: { runs: readonly string[] }) {
  const feeds = useFeeds(runs.slice(0, limits.runs), "poll");
  useEffect(() => {
    document.title = `Comparison of ${runs.length} runs – Coterie`;
  }, [runs]);
  const problems = feeds.flatMap(({ problem }) => problem.value ?? []);
  const lives = feeds.flatMap(({ view }) => view.value ?? []);
  const reading = feeds.length - lives.length - problems.length;
  return (
    <>
      <header class="head">
        <nav aria-label="Way back">
          <a href={addressOf({ page: "runs" })}>← All runs</a>
        </nav>
        <h1>Comparison of {runs.length} runs</h1>
        {runs.length > limits.runs && <p class="note">The first {limits.runs} are shown.</p>}
        {reading > 0 && <p class="note">Reading the logs…</p>}
      </header>
      {problems.map((problem) => (
        <Notice key={problem} tone="bad">
          {problem}
        </Notice>
      ))}
      {lives.length > 0 && <Comparison lives={lives} />}
    </>
  );
}

function Comparison({ lives }: { lives: readonly LiveRun[] }) {
  const names = distinctNames(lives.map(({ summary }) => summary.run));
  const curves = lives.map(({ summary }, i) => ({ name: names[i], rounds: summary.rounds }));
  const nameOf = (run: LiveRun) => names[lives.indexOf(run)];
  const { keys, rows } = recipeDifferences(lives);
  const stamp = lives.map(({ summary, last }) => `${summary.run} ${last}`).join();
  // The stamp stands for the runs.
  const [advice, robustness] = useMemo(
    () => [adviceOf(lives), viewRobustness(robustnessTables(lives))] as const,
    [stamp],
  );
  return (
    <div class="panels">
      {advice.length > 0 && (
        <Panel title="Advice" note={adviceNote} wide>
          <ul>
            {advice.map(({ sentence }) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Panel>
      )}
      {robustness && <Robustness view={robustness} />}
      <Learning curves={curves}>
        <p class="note">The table below has the last figures; each run's own page has its rounds.</p>
      </Learning>
      <Panel title="Figures" wide>
        <FigureTable
          caption="Figures of the runs"
          columns={[["Run", nameOf], ...(runColumns(lives) as FigureColumn<LiveRun>[])]}
          rows={lives}
          keyOf={nameOf}
        />
      </Panel>
      <Panel title="Where the recipes differ" wide>
        {keys.length === 0 ? (
          <p class="note">They are the same.</p>
        ) : (
          <FigureTable
            caption="Differences between the recipes"
            columns={[
              ["Key", (key: string) => key],
              ...names.map((name, i) => [name, (key: string) => rows[i][keys.indexOf(key)]] as const),
            ]}
            rows={keys}
            keyOf={(key) => key}
          />
        )}
      </Panel>
    </div>
  );
}

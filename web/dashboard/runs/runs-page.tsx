import { useEffect, useState } from "preact/hooks";
import type { ListedRun } from "../../../src/records/live/listed-run.ts";
import { formatPercent } from "../../../src/records/report/format.ts";
import { limits } from "../../../src/records/report/limits.ts";
import { Notice } from "../../shared/notice.tsx";
import { type Column, Table } from "../../shared/table.tsx";
import { listRuns } from "../api.ts";
import { addressOf } from "../route.ts";
import { StatePill } from "../state-pill.tsx";
import { usePolled } from "../use-polled.ts";
import { formatDay } from "../when.ts";

const share = (value: number | null) => (value === null ? "–" : formatPercent(value));

/** All runs of the folder, latest first, with how far they have come; several may be chosen and compared. */
export function RunsPage() {
  const { value: runs, problem } = usePolled(listRuns, 3);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    document.title = "Runs – Coterie";
  }, []);

  const choose = (run: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(run);
    else next.delete(run);
    setChosen(next);
  };
  const columns: readonly Column<ListedRun>[] = [
    {
      head: "Run",
      sortBy: ({ run }) => run,
      cell: ({ run }) => (
        <span class="run-name">
          <input
            type="checkbox"
            aria-label={`Choose ${run} for a comparison`}
            checked={chosen.has(run)}
            onChange={(event) => choose(run, event.currentTarget.checked)}
          />
          <a href={addressOf({ page: "run", run })}>{run}</a>
        </span>
      ),
    },
    { head: "State", sortBy: ({ state }) => state, cell: ({ state }) => <StatePill state={state} /> },
    {
      head: "Rounds",
      cell: ({ finished, rounds }) => (
        <span class="rounds">
          <progress max={rounds} value={finished} aria-hidden="true" />
          {finished} of {rounds}
        </span>
      ),
    },
    { head: "Recipe", minor: true, sortBy: ({ recipe }) => recipe, cell: ({ recipe }) => recipe },
    { head: "Task", minor: true, sortBy: ({ task }) => task, cell: ({ task }) => task },
    {
      ...{ head: "Accuracy", figure: true, sortBy: ({ accuracy }) => accuracy ?? -1 },
      cell: ({ accuracy }) => share(accuracy),
    },
    {
      ...{ head: "Best", figure: true, sortBy: ({ best }) => best ?? -1 },
      cell: ({ best }) => share(best),
    },
    {
      ...{ head: "Clients", figure: true, minor: true, sortBy: ({ clients }) => clients },
      cell: ({ clients }) => clients,
    },
    {
      ...{ head: "Started", figure: true, sortBy: ({ startedAt }) => startedAt },
      cell: ({ startedAt }) => formatDay(startedAt),
    },
  ];
  // A run that is no longer there cannot be compared.
  const comparable = (runs ?? []).filter(({ run }) => chosen.has(run)).map(({ run }) => run);
  return (
    <>
      <div class="title">
        <h1>Runs</h1>
        <Comparison runs={comparable} />
      </div>
      {problem && <Notice tone="warn">{problem} Trying again.</Notice>}
      {runs === undefined ? (
        !problem && <p class="note">Reading the runs…</p>
      ) : runs.length === 0 ? (
        <Notice tone="info">
          There are no runs here yet. Start one with <code>npx coterie run quickstart</code>.
        </Notice>
      ) : (
        <section class="panel" aria-label="All runs">
          <Table
            caption="All runs, latest first"
            captionUnseen
            columns={columns}
            rows={runs}
            keyOf={({ run }) => run}
          />
        </section>
      )}
    </>
  );
}

function Comparison({ runs }: { runs: readonly string[] }) {
  if (runs.length < 2) return <p class="note">Choose two or more to compare them.</p>;
  if (runs.length > limits.runs) return <p class="note">At most {limits.runs} runs can be compared.</p>;
  return (
    <a class="as-button" href={addressOf({ page: "compare", runs })}>
      Compare {runs.length} runs
    </a>
  );
}

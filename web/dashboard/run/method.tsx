import { useId, useMemo, useState } from "preact/hooks";
import type { RoundSummary } from "../../../src/records/events.ts";
import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { roundFigures } from "../../../src/records/live/round-figures.ts";
import { roundAxis, thin } from "../../../src/records/report/charts.ts";
import type { Option } from "../../../src/records/report/drawing.ts";
import { flatten, methodFacts } from "../../../src/records/report/facts.ts";
import { formatNumber } from "../../../src/records/report/format.ts";
import { Chart } from "../../shared/chart.tsx";
import { Facts } from "../../shared/facts.tsx";
import { Panel } from "../../shared/panel.tsx";

/** The figures of the method in use: by round while it goes on, and of the whole run at its end. */
export function Method({ live }: { live: LiveRun }) {
  const last = live.summary.rounds.at(-1);
  const facts = live.finished ? methodFacts(live) : flatten(last?.figures ?? {}).slice(0, 100);
  const names = last ? [...roundFigures(last).keys()] : [];
  if (facts.length === 0 && names.length === 0) return null;
  return (
    <Panel title="Figures of the method" note={live.finished ? undefined : "Of the last round."}>
      {names.length > 0 && <FigureByRound rounds={live.summary.rounds} names={names} />}
      <Facts facts={facts} />
    </Panel>
  );
}

function FigureByRound({ rounds, names }: { rounds: readonly RoundSummary[]; names: readonly string[] }) {
  const select = useId();
  const [chosen, choose] = useState(names[0]);
  const name = names.includes(chosen) ? chosen : names[0];
  // The list grows in place.
  const draw = useMemo(() => () => figureChart(thin(rounds), name), [rounds, rounds.length, name]);
  return (
    <>
      <div class="controls">
        <label for={select}>By round</label>
        <select id={select} value={name} onChange={(event) => choose(event.currentTarget.value)}>
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </div>
      <Chart
        draw={draw}
        height={240}
        label={`Line chart of ${name} by round; the table below has the last.`}
      />
    </>
  );
}

function figureChart(rounds: readonly RoundSummary[], name: string): Option {
  return {
    animation: false,
    grid: { left: 8, right: 20, top: 28, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", valueFormatter: formatNumber },
    xAxis: roundAxis,
    yAxis: {
      type: "value",
      scale: true,
      name,
      nameTextStyle: { align: "left" },
      axisLabel: { formatter: formatNumber },
    },
    series: [
      {
        ...{ type: "line", name, symbolSize: 6, itemStyle: { color: "#3a86c8" } },
        data: rounds.flatMap((round) => {
          const value = roundFigures(round).get(name);
          return value === undefined ? [] : [[round.round, value]];
        }),
      },
    ],
  };
}

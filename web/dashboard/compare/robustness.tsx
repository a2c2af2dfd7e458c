import { useId, useMemo, useState } from "preact/hooks";
import type { RobustnessTable } from "../../../src/records/report/robustness.ts";
import {
  measuresOf,
  robustnessChart,
  robustnessHeight,
  robustnessWidth,
} from "../../../src/records/report/robustness-chart.ts";
import {
  cellText,
  type RobustnessView,
  robustnessName,
  robustnessNote,
} from "../../../src/records/report/robustness-view.ts";
import { Chart } from "../../shared/chart.tsx";
import { chartTools } from "../../shared/chart-tools.ts";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { FigureTable } from "../figure-table.tsx";

type Measure = ReturnType<typeof measuresOf>[number];

/** Every defence against every attack: a heat map with its figures as a table, one for each setting. */
export function Robustness({ view }: { view: RobustnessView }) {
  const measures = measuresOf(view.tables);
  const select = useId();
  const [chosen, choose] = useState<string>("");
  const measure = measures.find(({ words }) => words === chosen) ?? measures[0];
  if (measure === undefined) {
    return <Panel title="Attacks and defences" note="No run has been evaluated yet." wide children={null} />;
  }
  return (
    <Panel title="Attacks and defences" note={robustnessNote(view)} wide>
      <div class="controls">
        <label for={select}>Cells show</label>
        <select id={select} value={measure.words} onChange={(event) => choose(event.currentTarget.value)}>
          {measures.map(({ words }) => (
            <option key={words}>{words}</option>
          ))}
        </select>
      </div>
      {view.tables.map((table) => (
        <OneSetting key={table.setting} table={table} measure={measure} />
      ))}
    </Panel>
  );
}

function OneSetting({ table, measure }: { table: RobustnessTable; measure: Measure }) {
  const draw = useMemo(
    () => () => chartTools.ofMeasure(chartTools.revive(robustnessChart(table)), measure.words),
    [table, measure],
  );
  const name = robustnessName(table);
  return (
    <>
      {table.setting && <h3>{table.setting}</h3>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={name}>
        <div style={{ minWidth: `${robustnessWidth(table)}px` }}>
          <Chart
            draw={draw}
            height={robustnessHeight(table)}
            label={`${name}: heat map of ${measure.words}, defences by attacks; the table below has the same figures.`}
          />
        </div>
      </section>
      <More
        title={
          table.setting ? `Table of attacks and defences, ${table.setting}` : "Table of attacks and defences"
        }
      >
        {() => (
          <FigureTable
            caption={`${name}: ${measure.words}`}
            columns={[
              ["Defence", (row: number) => table.defences[row].words],
              ...table.attacks.map(
                ({ words }, column) =>
                  [
                    words,
                    (row: number) => {
                      const cell = table.cells[row][column];
                      return cellText(cell, cell?.[measure.key] ?? null);
                    },
                  ] as const,
              ),
            ]}
            rows={[...table.defences.keys()]}
            keyOf={(row) => row}
          />
        )}
      </More>
    </>
  );
}

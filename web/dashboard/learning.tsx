import type { ComponentChildren } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import { type Curve, learningChart } from "../../src/records/report/charts.ts";
import { Chart } from "../shared/chart.tsx";
import { chartTools } from "../shared/chart-tools.ts";
import { Panel } from "../shared/panel.tsx";

/**
 * Accuracy and loss, drawn against rounds, time or bytes; one curve per run.
 *
 * @param children the same figures as text
 */
export function Learning({ curves, children }: { curves: readonly Curve[]; children: ComponentChildren }) {
  const [against, setAgainst] = useState("round");
  const select = useId();
  // The lists of rounds grow in place, so their length tells whether there is anything new to draw.
  const stamp = curves.map(({ name, rounds }) => `${name} ${rounds.length}`).join();
  // The stamp stands for the curves.
  const [accuracy, loss] = useMemo(
    () =>
      (["accuracy", "loss"] as const).map((measure) => () => {
        const option = chartTools.revive(learningChart(curves, measure));
        return chartTools.drawnAgainst(option, against);
      }),
    [stamp, against],
  );
  return (
    <Panel title="Learning" wide>
      <div class="controls">
        <label for={select}>Drawn against</label>
        <select id={select} value={against} onChange={(event) => setAgainst(event.currentTarget.value)}>
          <option value="round">rounds</option>
          <option value="seconds">time</option>
          <option value="bytes">bytes on the wire</option>
        </select>
      </div>
      <div class="pair">
        <Chart
          draw={accuracy}
          height={300}
          label="Line chart of the accuracy on the held-out set; see the table."
        />
        <Chart draw={loss} height={300} label="Line chart of the loss on the held-out set; see the table." />
      </div>
      {children}
    </Panel>
  );
}

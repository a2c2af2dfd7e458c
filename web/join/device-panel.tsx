import type { EngineMeasurement } from "../../src/learn/probe.ts";
import { formatNumber, formatSeconds } from "../../src/records/report/format.ts";
import { Button } from "../shared/button.tsx";
import { Notice } from "../shared/notice.tsx";
import { Panel } from "../shared/panel.tsx";
import { Table } from "../shared/table.tsx";
import { data, device, isLeaving, leave, offer, takePart } from "./participation.ts";

/** How fast this device trains, and the two ways on: take part, or leave. */
export function DevicePanel() {
  return (
    <Panel title="This device">
      <Measured />
      <p class="actions">
        <Button
          kind="primary"
          disabled={device.value.kind !== "measured" || data.value.kind !== "read" || isLeaving.value}
          onClick={takePart}
        >
          Take part
        </Button>
        <Button onClick={leave} disabled={isLeaving.value}>
          {isLeaving.value ? "Leaving …" : "Leave"}
        </Button>
      </p>
    </Panel>
  );
}

function Measured() {
  const state = device.value;
  switch (state.kind) {
    case "unmeasured":
      return <p class="note">When your data are read, this device is tried out for a second or two.</p>;
    case "measuring":
      return <p>Trying out how fast this device trains …</p>;
    case "problem":
      return <Notice tone="bad">{state.problem}</Notice>;
    case "measured":
      return (
        <>
          <p class="note">Ways to train here, each tried on made-up data:</p>
          <Table
            caption="Ways to train here"
            captionUnseen
            rows={state.measurements}
            keyOf={({ name }) => name}
            columns={[
              { head: "Engine", cell: ({ name }) => engineName(name) },
              { head: "One step", cell: stepText, figure: true },
              { head: "Start", cell: startText, figure: true },
            ]}
          />
          <p class="note after">
            {engineName(state.chosen)} is used. {estimate(state.measurements, state.chosen)}
          </p>
        </>
      );
  }
}

const engineNames: Readonly<Record<string, string>> = {
  wasm: "WebAssembly",
  webgpu: "WebGPU",
  "jax-webgpu": "WebGPU (jax-js)",
};

function engineName(name: string): string {
  return engineNames[name] ?? name;
}

function stepText(measured: EngineMeasurement): string {
  return "failure" in measured
    ? `not usable: ${measured.failure}`
    : `${formatNumber(Number((1000 * measured.secondsPerStep).toPrecision(3)))} ms`;
}

function startText(measured: EngineMeasurement): string {
  return "failure" in measured ? "–" : formatSeconds(measured.secondsToStart);
}

function estimate(measurements: readonly EngineMeasurement[], chosen: string): string {
  const measured = measurements.find(({ name }) => name === chosen);
  if (data.value.kind !== "read" || measured === undefined || "failure" in measured) return "";
  const { batch, epochs, steps = Number.POSITIVE_INFINITY } = offer.value!.work;
  const batches = epochs * Math.ceil(data.value.examples / batch);
  const seconds = Math.min(steps, batches) * measured.secondsPerStep;
  return `Training takes about ${formatSeconds(Number(seconds.toPrecision(2)))} in a round.`;
}

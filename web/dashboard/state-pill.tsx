import type { RunState } from "../../src/records/live/listed-run.ts";
import { Pill, type Tone } from "../shared/notice.tsx";

const tones: Readonly<Record<RunState, Tone>> = {
  running: "info",
  finished: "good",
  failed: "bad",
  interrupted: "warn",
};

/** How a run stands, in one word. */
export function StatePill({ state }: { state: RunState }) {
  return <Pill tone={tones[state]}>{state}</Pill>;
}

import type { RunSummary } from "../records/events.ts";
import { formatSeconds } from "../records/report/format.ts";
import { formatScore } from "./progress.ts";

/** What a finished run has come to, and where it lies. */
export function closingLines(summary: RunSummary, folder: string): string {
  const { final, best, files } = summary;
  return [
    `accuracy ${formatScore(final.accuracy)} after round ${final.round} (best ${formatScore(best.accuracy)} in round ${best.round})`,
    `loss ${formatScore(final.loss)}, ${formatSeconds(summary.virtualSeconds)} simulated, ${formatSeconds(summary.wallSeconds)} real`,
    `run    ${folder}`,
    `report ${files.report}`,
    `model  ${files.model}, ${files.onnx}`,
  ].join("\n");
}

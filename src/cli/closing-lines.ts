import type { RunSummary } from "../records/events.ts";
import { formatSeconds } from "../records/report/format.ts";
import { formatScore } from "./progress.ts";

/** What a finished run has come to, and where it lies. */
export function closingLines(summary: RunSummary, folder: string): string {
  const { final, best, files } = summary;
  const real = formatSeconds(summary.wallSeconds);
  const time =
    summary.fabric === "simulated"
      ? `${formatSeconds(summary.virtualSeconds)} simulated, ${real} real`
      : real;
  const models = [files.model, files.onnx].filter((file) => file !== null);
  return [
    `accuracy ${formatScore(final.accuracy)} after round ${final.round} (best ${formatScore(best.accuracy)} in round ${best.round})`,
    `loss ${formatScore(final.loss)}, ${time}`,
    `run    ${folder}`,
    `report ${files.report}`,
    `model  ${models.join(", ") || "with the clients, each its own"}`,
  ].join("\n");
}

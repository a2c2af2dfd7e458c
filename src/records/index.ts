/**
 * The record of a run: the event vocabulary, the log's interface, the summary and the report.
 *
 * Files, SQLite and checkpoints are behind `records/node`.
 */
export { collect, type EventStore, type ReadOptions } from "./event-store.ts";
export type { EventBody, Outcome, RoundSummary, RunEvent, RunSummary, Traffic } from "./events.ts";
export { openMemoryStore } from "./memory-store.ts";
export { digestRun, type RunDigest } from "./report/digest.ts";
export { type ReportAssets, renderReport } from "./report/render.ts";
export { type LogSummary, summarize } from "./summary.ts";

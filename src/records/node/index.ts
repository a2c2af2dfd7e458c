/** `coterie/records` in Node: the isomorphic door, and runs on disk: folder, event log in SQLite, checkpoints, lock. */
export * from "../index.ts";
export {
  type Checkpoint,
  checkpointFile,
  discardCheckpointsAfter,
  type LoadedCheckpoint,
  loadCheckpoint,
  loadLatestCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
export {
  createRunFolder,
  listRuns,
  openRunFolder,
  type RunFolder,
  type RunListing,
  runFolder,
} from "./run-folder.ts";
export { isRunLocked, lockRun, type RunLock } from "./run-lock.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite-store.ts";
export { writeFileAtomic } from "./write-file-atomic.ts";
export { writeReport } from "./write-report.ts";

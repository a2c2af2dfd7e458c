/** The record of a run on disk: its folder, event log in SQLite, checkpoints, lock. */
export {
  type Checkpoint,
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

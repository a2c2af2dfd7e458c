import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { digestRun, type RunDigest } from "../report/digest.ts";
import { renderReport } from "../report/render.ts";
import type { RunFolder } from "./run-folder.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

/**
 * Writes the report on one run, or the comparison of several, from their event logs. Runs may still be going
 * on, in this process or another.
 *
 * @param out the HTML file; a single run's own `report.html` is `folders[0].report`
 * @returns what the logs tell, in the order of the folders
 * @throws InputError `records.store.*` when an event log cannot be read; RunError `records.summary.empty` when a
 *   run has not started yet
 */
export async function writeReport(folders: readonly RunFolder[], out: string): Promise<readonly RunDigest[]> {
  const digests: RunDigest[] = [];
  for (const folder of folders) {
    const store = openSqliteStore(folder.events, { readOnly: true });
    try {
      digests.push(await digestRun(store.read()));
    } finally {
      await store.close();
    }
  }
  const library = createRequire(import.meta.url).resolve("echarts/dist/echarts.min.js");
  await writeFileAtomic(out, renderReport(digests, { echarts: await readFile(library, "utf8") }));
  return digests;
}

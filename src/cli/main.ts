import { runProgram } from "./program.ts";
import type { Runner } from "./runner.ts";
import { sharePackages } from "./share-packages.ts";

/** The `coterie` command: see `program.ts`. `bin/coterie.js` starts it. */

// The reader of a pipe may go away first (`coterie list | head`); that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// A launcher on an old Node runs this process for the user: it must not outlive a launcher that was killed.
if (process.env.COTERIE_LAUNCHED && process.channel) {
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

/** Loaded when needed, so that the other commands start at once. */
const runner: Runner = async function* (recipe, options) {
  const { run } = await import("../run/run.ts");
  yield* run(recipe, options);
};

sharePackages();
const code = await runProgram(process.argv.slice(2), runner, { out: process.stdout, err: process.stderr });
process.exitCode = code;

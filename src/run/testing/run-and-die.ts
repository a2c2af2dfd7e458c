/**
 * A process of its own for the kill tests: runs a small recipe in a folder, resuming what is there, and kills
 * itself without warning after a number of events or milliseconds. Arguments: folder, `events=N` or `after=MS` or
 * `never`, and the recipe as JSON.
 */
import { existsSync } from "node:fs";
import { completeRecipe } from "../../recipe/index.ts";
import { run } from "../run.ts";

const [folder, death, recipe] = process.argv.slice(2);
const [kind, number] = death.split("=");
const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
};

if (kind === "after") setTimeout(die, Number(number));
// The history of a resumed run is repeated first; only what is new counts.
const startedAt = Date.now();
let fresh = 0;
for await (const event of run(completeRecipe(JSON.parse(recipe)), {
  folder,
  workers: 1,
  resume: existsSync(folder),
})) {
  if (event.wall >= startedAt) fresh++;
  if (kind === "events" && fresh > Number(number)) die();
  if (event.kind === "run-finished") process.stdout.write(JSON.stringify(event.summary));
}

/** The page of the data's test: what it is given goes to a worker, and the worker's answer to the test. */
import type { DataPlan } from "../../../../src/data/data-plan.ts";
import type { ClientFile } from "../client-file.ts";
import { filesOf } from "../files-of.ts";
import type { Answer } from "./worker.ts";

declare global {
  interface Window {
    /** Paths of what was chosen or dropped last. */
    givenPaths(): Promise<string[]>;
    /** What the worker makes of it. */
    readGiven(plan: DataPlan): Promise<Answer>;
  }
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
let given: Promise<ClientFile[]> = Promise.resolve([]);

document.addEventListener("change", ({ target }) => {
  given = filesOf((target as HTMLInputElement).files!);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  given = filesOf(event.dataTransfer!);
});

window.givenPaths = async () => (await given).map(({ path }) => path);
window.readGiven = async (plan) => {
  const files = await given;
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ files, plan });
  });
};

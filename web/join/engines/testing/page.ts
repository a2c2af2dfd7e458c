/** The page of the engines' test: hands what its worker says to the test. */
import type { Answer } from "./worker.ts";

declare global {
  interface Window {
    answer?: Promise<Answer>;
  }
}

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

window.answer = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});

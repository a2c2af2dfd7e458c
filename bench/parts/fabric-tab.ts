/**
 * How long it takes a browser tab from opening an invitation to its first update: the page, the plan, the examples
 * that the server deals, the choice of an engine, one local training. Runs in a child process of `bench/fabric.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../src/testing/chromium.ts";
import { startJoinServer } from "../../web/join/testing/join-server.ts";
import { answer } from "./child.ts";

export interface FirstStep {
  readonly seconds: number;
}

await answer<null, FirstStep>(async () => {
  const root = await mkdtemp(join(tmpdir(), "coterie-tab-"));
  const server = await startJoinServer({
    pages: fileURLToPath(new URL("../../dist/web", import.meta.url)),
    folder: join(root, "run"),
    recipe: {
      name: "tab",
      task: "mnist-mlp",
      data: { dataset: "mnist", train: 600, test: 100 },
      clients: 1,
      rounds: 1,
      local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
    },
    deal: true,
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const press = (name: string) => page.getByRole("button", { name }).and(page.locator(":enabled")).click();
    const begin = performance.now();
    await page.goto(server.link);
    await press("Connect and see what will happen");
    await press("Use the examples that the server deals");
    await press("Take part");
    while (!server.received.some(({ kind }) => kind === "plain/update")) await setTimeout(10);
    return { seconds: (performance.now() - begin) / 1000 };
  } finally {
    await browser.close();
    await server.close();
    await rm(root, { recursive: true, force: true });
  }
});

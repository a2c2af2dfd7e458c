import { mkdtemp, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { loadMnist } from "/work/main/src/data/node/mnist.ts";
import { selectRows } from "/work/main/src/data/select.ts";
import { launchChromium } from "/work/main/src/testing/chromium.ts";
import { buildJoin } from "/work/main/web/join/testing/build-join.ts";
import { idxPair } from "/work/main/web/join/testing/idx-pair.ts";
import { startJoinServer } from "/work/main/web/join/testing/join-server.ts";
const out = "/tmp/shots-join";
test("shots", async () => {
  await mkdir(out, { recursive: true });
  const root = await mkdtemp(join(tmpdir(), "coterie-joinshots-"));
  await buildJoin(join(root, "pages"));
  const { images, labels } = idxPair(selectRows((await loadMnist(".")).train, Int32Array.from({ length: 500 }, (_, i) => i)));
  const files = [join(root, "train-images-idx3-ubyte"), join(root, "train-labels-idx1-ubyte")];
  await writeFile(files[0], images); await writeFile(files[1], labels);
  for (const [name, width, height, colorScheme] of [["phone-light", 360, 740, "light"], ["phone-dark", 360, 740, "dark"], ["desk-light", 1280, 900, "light"], ["desk-dark", 1280, 900, "dark"]] as const) {
    const gate = Promise.withResolvers<void>(), at = Promise.withResolvers<void>();
    const server = await startJoinServer({ pages: join(root, "pages"), folder: await mkdtemp(join(root, "run-")), deal: name.startsWith("phone"),
      recipe: { name: "quickstart", task: "mnist-mlp", data: { dataset: "mnist", train: 600, test: 200 }, clients: 1, rounds: 12, deadline: 30, local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } } },
      afterRound: async (r) => { if (r === 7) { at.resolve(); await gate.promise; } } });
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.on("console", (m) => console.log(m.text()));
    const shot = async (what: string) => { await page.waitForTimeout(400); await page.screenshot({ path: `${out}/${name}-${what}.png`, fullPage: true }); };
    await page.goto(server.link);
    await page.waitForSelector("h1"); await shot("1-invited");
    await page.getByRole("button", { name: "Connect and see" }).click();
    await page.getByRole("heading", { name: "Get ready" }).waitFor(); await shot("2-plan");
    await page.getByLabel("Files", { exact: true }).setInputFiles([files[0]]);
    await page.getByText("labels is not there").waitFor(); await shot("3-problem");
    if (name.startsWith("phone")) await page.getByRole("button", { name: "Use the examples" }).click();
    else await page.getByLabel("Files", { exact: true }).setInputFiles(files);
    await page.getByText("chosen").waitFor(); await shot("4-ready");
    await page.getByRole("button", { name: "Take part" }).click();
    await at.promise; await shot("5-taking-part");
    gate.resolve();
    await page.getByRole("heading", { name: "finished" }).waitFor(); await shot("6-end");
    await browser.close(); await server.close();
  }
}, 200_000);

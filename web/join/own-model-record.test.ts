/** What a tab keeps of its own model, in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ReceivedPlan } from "../../src/join/run-plan.ts";
import { launchChromium } from "../../src/testing/chromium.ts";
import type { OwnModelRecord as Record } from "./own-model-record.ts";
import { serveModule } from "./testing/serve-module.ts";
import type { FromWorker } from "./worker-protocol.ts";

declare global {
  /** A record of a slot, with what the page was told. */
  var openRecord: (
    slot: number | undefined,
  ) => Promise<{ readonly record: Record; readonly told: unknown[] }>;
  /** What the page reads of a plan. */
  var planOf: (server: string, length: number) => ReceivedPlan;
}

const page = `<!doctype html><script type="module">
  import { OwnModelRecord } from "./module.js";
  globalThis.planOf = (server, length) => ({
    ...{ server, plan: { run: "run" } },
    bundle: { task: "task", layout: { length, slices: [{ name: "table", shape: [length], offset: 0, length }] } },
  });
  globalThis.openRecord = async (slot) => {
    const told = [];
    const tell = ({ model: { file, ...rest } }) => told.push({ ...rest, bytes: file.size });
    const record = new OwnModelRecord(slot, tell);
    await record.settled();
    return { record, told };
  };
</script>`;

let server: Awaited<ReturnType<typeof serveModule>>;
beforeAll(async () => {
  server = await serveModule("own-model-record.ts", { "/": ["text/html", page] });
});
afterAll(() => server.close());

let browser: Browser;
let tab: Page;
beforeEach(async () => {
  browser = await launchChromium();
  tab = await browser.newPage();
  await load();
});
afterEach(() => browser.close());

async function load(): Promise<void> {
  await tab.goto(server.url);
  await tab.waitForFunction(() => "openRecord" in globalThis);
}

/** Two rounds in a slot of a run. */
const twoRounds = (slot: number | undefined, server: string) =>
  tab.evaluate(
    async ({ slot, server }) => {
      const { record, told } = await openRecord(slot);
      record.renew(planOf(server, 3), "ann", 1, Float32Array.of(1, 2, 3));
      await record.settled();
      record.renew(planOf(server, 3), "ann", 2, Float32Array.of(4, 5, 6));
      await record.settled();
      return told;
    },
    { slot, server },
  );

/** What a run begins with after a reload, with models of so many entries. */
async function beginAnew(slot: number, server: string, { length = 3, client = "ann" } = {}) {
  await load();
  return tab.evaluate(
    async ({ slot, server, length, client }) => {
      const { record, told } = await openRecord(slot);
      const model = await record.begin(planOf(server, length), client);
      await record.settled();
      return { model: model && Array.from(model), told };
    },
    { slot, server, length, client },
  );
}

type Told = Omit<Extract<FromWorker, { kind: "own-model" }>["model"], "file">;
const told = (round: number, isKept = true, server = "key"): Told & { readonly bytes: number } => ({
  ...{ server, run: "run", round, isKept },
  bytes: expect.any(Number),
});

test("the page gets every model, and after a reload the slot's newest is gone on from", async () => {
  expect(await twoRounds(1, "key")).toEqual([told(1), told(2)]);
  expect(await beginAnew(1, "key")).toEqual({ model: [4, 5, 6], told: [told(2)] });
  expect(await beginAnew(2, "key")).toEqual({ model: undefined, told: [] });
});

test.each([
  ["of another run", "other key", {}],
  ["of another shape", "key", { length: 4 }],
  ["of another client", "key", { client: "bob" }],
])("a model %s is forgotten when the run begins", async (_, other, what) => {
  await twoRounds(1, "key");
  expect(await beginAnew(1, other, what)).toEqual({ model: undefined, told: [told(2)] });
  expect(await beginAnew(1, "key")).toEqual({ model: undefined, told: [] });
});

test("a run that is finished leaves nothing in the browser, and another run's stays", async () => {
  await twoRounds(1, "key");
  const finish = (server: string) =>
    tab.evaluate(async (server) => {
      const { record } = await openRecord(1);
      await record.finished(server);
      await record.settled();
    }, server);
  await finish("other key");
  expect(await beginAnew(1, "key")).toMatchObject({ model: [4, 5, 6] });
  await finish("key");
  expect(await beginAnew(1, "key")).toEqual({ model: undefined, told: [] });
});

test("a round that comes while one is being kept takes its place", async () => {
  const told = await tab.evaluate(async () => {
    const { record, told } = await openRecord(1);
    for (const round of [1, 2, 3]) record.renew(planOf("key", 1), "ann", round, Float32Array.of(round));
    await record.settled();
    return told;
  });
  expect(told).toMatchObject([{ round: 3 }]);
  expect(await beginAnew(1, "key", { length: 1 })).toMatchObject({ model: [3] });
});

test.each<[string, number | undefined]>([
  ["refuses", 1],
  ["gives the tab no slot", undefined],
])("a browser that %s is told of, and the run goes on", async (_, slot) => {
  await tab.evaluate(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  expect(await twoRounds(slot, "key")).toEqual([told(1, false), told(2, false)]);
  const again = await tab.evaluate(async (slot) => {
    const { record } = await openRecord(slot);
    record.renew(planOf("key", 1), "ann", 1, Float32Array.of(7));
    const model = await record.begin(planOf("key", 1), "ann");
    await record.finished("key");
    await record.settled();
    return Array.from(model!);
  }, slot);
  expect(again).toEqual([7]);
});

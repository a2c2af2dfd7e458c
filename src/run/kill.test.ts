/**
 * Any party of a served run may die at any moment, and any connection may break: the run goes on and ends as its log
 * says, bit for bit. Moments are drawn from a seed, as many as there is time for.
 */
import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import type { RecipeInput } from "../recipe/index.ts";
import { runFolder } from "../records/node/index.ts";
import { checkLog, checkModel } from "./testing/invariants.ts";
import { CLIENTS, provide } from "./testing/provisions.ts";
import { type Fault, type Played, play } from "./testing/scene.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-kill-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const seed = Date.now() % 1e6;

/** Seconds for the runs of one case, and runs at once. */
const SECONDS = 6;
const LANES = 5;
/** Fewer runs than this would be no proof, however slow the machine. */
const FEWEST = 12;

const scaffold: Partial<RecipeInput> = {
  server: { optimizer: { kind: "scaffold" } },
  aggregator: { weights: "uniform" },
};

const cases: Record<string, Partial<RecipeInput>> = {
  "all clients in every round": { select: { minimum: 3 } },
  "whoever is there within a deadline": { select: { minimum: 1 }, deadline: 5 },
  "momentum of server and clients": {
    select: { minimum: 3 },
    server: { optimizer: { kind: "momentum" } },
    local: { batch: 16, optimizer: { kind: "sgd", rate: 0.1 }, workerMomentum: 0.9 },
  },
  "control variates": { ...scaffold, select: { minimum: 3 } },
  "control variates, and rounds without some": { ...scaffold, select: { minimum: 2 } },
  "control variates, and rounds between checkpoints": {
    ...scaffold,
    ...{ select: { minimum: 3 }, rounds: 5, checkpoint: { every: 2 } },
  },
};

/** Plays disturbed runs of one case and checks what each comes to. */
async function stage(name: string, change: Partial<RecipeInput>) {
  const provisions = await provide(change);
  const { select, rounds, server, local } = provisions.prepared.recipe;
  const haveMemory = server.optimizer.kind === "scaffold" || local.workerMomentum > 0;
  let runs = 0;

  let calmModel: Buffer | undefined;

  const attempt = async (faults: readonly Fault[]): Promise<Played> => {
    const place = join(root, `${name}-${++runs}`);
    const played = await play(provisions, place, faults, async ({ folder, refusals }) => {
      expect(refusals).toEqual([]);
      const told = await checkLog(folder, rounds);
      // A client that dies takes its control variate or its momentum along.
      const isLost = ({ party, kind }: Fault) => haveMemory && kind === "kill" && party !== "server";
      if (faults.some(isLost)) return;
      await checkModel(folder, provisions, told);
      const model = await readFile(runFolder(folder).model);
      calmModel ??= model;
      if (select.minimum === CLIENTS.length) expect(model.equals(calmModel)).toBe(true);
    });
    await rm(place, { recursive: true });
    return played;
  };
  const { moments } = await attempt([]);
  return {
    moments,
    /** Plays scenes from the end of the list, as many as there is time for. */
    async play(scenes: Fault[][], seconds = Number.POSITIVE_INFINITY) {
      const until = performance.now() + seconds * 1000;
      const count = { scenes: 0, faults: 0, struck: 0 };
      const lane = async (): Promise<void> => {
        while (count.scenes < FEWEST || performance.now() < until) {
          const scene = scenes.pop();
          if (scene === undefined) return;
          count.scenes++;
          const { struck } = await attempt(scene);
          count.faults += scene.length;
          count.struck += struck;
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      console.info(`${name}: ${count.scenes} runs, ${count.struck} faults, seed ${seed}`);
      // A disturbed run may have fewer moments than the calm one, but not often.
      expect(count.struck).toBeGreaterThan(0.7 * count.faults);
    },
    [Symbol.asyncDispose]: () => provisions[Symbol.asyncDispose](),
  };
}

test.each(Object.entries(cases))(
  "%s",
  async (name, change) => {
    await using staged = await stage(name, change);
    await staged.play(drawScenes(staged.moments, SimulationRandom.fromSeed(seed).stream(name)), SECONDS);
  },
  180_000,
);

test("the server's last moments", async () => {
  await using staged = await stage("last", { rounds: 1, select: { minimum: 3 } });
  const last = staged.moments.get("server")!;
  const scenes = Array.from({ length: 16 }, (_, i): Fault[] => [
    { party: "server", at: last - i, kind: "kill" },
  ]);
  await staged.play(scenes);
}, 180_000);

/** Every moment of a calm run by itself, and as many pairs of moments, in random order. */
function drawScenes(moments: ReadonlyMap<string, number>, random: SimulationRandom): Fault[][] {
  const single: Fault[] = [];
  for (const [party, count] of moments) {
    for (let at = 1; at <= count; at++) {
      single.push({ party, at, kind: "kill" });
      if (party !== "server") single.push({ party, at, kind: "cut" });
    }
  }
  const pairs = random.shuffle([...single]).map((fault, i): Fault[] => {
    const first = single[i];
    // The second strikes a run that the first has made longer; the two are not to be one.
    const isSame = fault.party === first.party && fault.at === first.at;
    return [first, isSame ? { ...fault, at: fault.at + 1 } : fault];
  });
  return random.shuffle([...single.map((fault) => [fault]), ...pairs]);
}

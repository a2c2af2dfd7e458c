/**
 * Any party of a served run may die at any moment, and any connection may break: the run goes on and ends as its log
 * says, bit for bit. Moments are drawn from a seed, as many as there is time for.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import type { RecipeInput } from "../recipe/index.ts";
import { runFolder } from "../records/node/index.ts";
import { checkLog, checkModel } from "./testing/invariants.ts";
import { provide } from "./testing/provisions.ts";
import { type Fault, type Played, play } from "./testing/scene.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-kill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seed = Date.now() % 1e6;

/** Seconds for the runs of one case, and runs at once. */
const SECONDS = 7;
const LANES = 4;
/** Fewer runs than this would be no proof, however slow the machine. */
const FEWEST = 12;

const scaffold: Partial<RecipeInput> = {
  server: { optimizer: { kind: "scaffold" } },
  aggregator: { weights: "uniform" },
};

const cases: Record<string, Partial<RecipeInput>> = {
  "all clients in every round": { select: { minimum: 3 } },
  "whoever is there within a deadline": { select: { minimum: 1 }, deadline: 5 },
  "server momentum": { select: { minimum: 3 }, server: { optimizer: { kind: "momentum" } } },
  "control variates": { ...scaffold, select: { minimum: 3 } },
  "control variates, and rounds without some": { ...scaffold, select: { minimum: 2 } },
  "control variates, and rounds between checkpoints": {
    ...scaffold,
    ...{ select: { minimum: 3 }, rounds: 5, checkpoint: { every: 2 } },
  },
};

test.each(Object.entries(cases))(
  "%s",
  async (name, change) => {
    await using provisions = await provide(change);
    const { select, rounds, server } = provisions.prepared.recipe;
    const isCorrected = server.optimizer.kind === "scaffold";
    const random = SimulationRandom.fromSeed(seed).stream(name);
    let runs = 0;
    let struck = 0;

    const attempt = async (faults: readonly Fault[], same?: Buffer): Promise<Played> => {
      const place = join(root, `${name}-${++runs}`);
      const played = await play(provisions, place, faults, async ({ folder, refusals }) => {
        expect(refusals).toEqual([]);
        const told = await checkLog(folder, rounds);
        // A client that dies takes its control variate along.
        const isLost = ({ party, kind }: Fault) => isCorrected && kind === "kill" && party !== "server";
        if (faults.some(isLost)) return;
        await checkModel(folder, provisions, told);
        if (same !== undefined && select.minimum === 3) expect(modelOf(folder).equals(same)).toBe(true);
      });
      struck += played.struck;
      if (faults.length > 0) rmSync(place, { recursive: true, force: true });
      return played;
    };

    const calm = await attempt([]);
    const model = modelOf(calm.folder);
    const scenes = drawScenes(calm.moments, random);
    const all = scenes.length;
    const until = performance.now() + SECONDS * 1000;
    let faults = 0;
    const lane = async (): Promise<void> => {
      while (runs < FEWEST || performance.now() < until) {
        const scene = scenes.pop();
        if (scene === undefined) return;
        faults += scene.length;
        await attempt(scene, model);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    console.info(`${name}: ${all - scenes.length} of ${all} runs, ${struck} faults, seed ${seed}`);
    // A disturbed run may have fewer moments than the calm one, but not often.
    expect(struck).toBeGreaterThan(0.7 * faults);
  },
  180_000,
);

function modelOf(folder: string): Buffer {
  return readFileSync(runFolder(folder).model);
}

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

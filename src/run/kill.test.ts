import { mkdtempSync, rmSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { provide } from "./testing/provisions.ts";
import { play, type Fault } from "./testing/scene.ts";
import { checkLog, checkModel } from "./testing/invariants.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-kill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const cases = {
  fedavg: { select: { minimum: 3 } },
  one: { select: { minimum: 1 }, deadline: 5 },
  momentum: { select: { minimum: 3 }, server: { optimizer: { kind: "momentum" as const } } },
  scaffold: { select: { minimum: 3 }, server: { optimizer: { kind: "scaffold" as const } }, aggregator: {weights: "uniform" as const} },
  scaffold2: { select: { minimum: 2 }, server: { optimizer: { kind: "scaffold" as const } }, aggregator: {weights: "uniform" as const} },
  scaffoldE: { rounds: 5, checkpoint: {every: 2}, select: { minimum: 3 }, server: { optimizer: { kind: "scaffold" as const } }, aggregator: {weights: "uniform" as const} },
};
const PAIRS = Number(process.env.PAIRS ?? 0);

const OUT = "/tmp/kill-out.txt";
let serial = 0;
test.each(Object.entries(cases))("%s", async (name, change) => {
  if (process.env.CASE && !process.env.CASE.split(",").includes(name)) return;
  await using provisions = await provide(change);
  const calm = await play(provisions, join(root, `p${serial++}`), []);
  await checkModel(calm.folder, provisions, await checkLog(calm.folder, provisions.prepared.recipe.rounds));
  const faults: Fault[] = [];
  for (const [party, n] of calm.moments) for (let at = 1; at <= n; at++) {
    faults.push({party, at, kind: "kill"});
    if (party !== "server") faults.push({party, at, kind: "cut"});
  }
  const scenes: Fault[][] = PAIRS ? Array.from({length: PAIRS}, () => [0,1].map((k) => { const f = faults[Math.floor(Math.random()*faults.length)]; return {...f, at: 2 * Math.ceil(f.at * (f.party === "server" ? 0.55 : 0.65)) + k}; })) : faults.map((f) => [f]);
  console.log(name, faults.length, [...calm.moments], calm.refusals);
  let bad = 0, miss=0;
  const t = performance.now();
  const next = async () => {
    for (let f = scenes.shift(); f; f = scenes.shift()) {
      const place = join(root, `p${serial++}`);
      try {
        const played = await play(provisions, place, f);
        if (played.struck !== f.length) miss++;
        const c = await checkLog(played.folder, provisions.prepared.recipe.rounds);
        if (!name.startsWith("scaffold") || f.every((f) => f.party === "server" || f.kind === "cut")) await checkModel(played.folder, provisions, c);
        if (played.refusals.length) throw new Error("refusals " + played.refusals);
      } catch (e) { bad++; appendFileSync(OUT, `=== ${name} ${JSON.stringify(f)} ${(e as Error).message} ${(e as Error).cause}\n`); }
      rmSync(place, {recursive: true, force: true});
    }
  };
  await Promise.all([1,2,3,4].map(next));
  console.log(name, "bad", bad, "missed", miss, "s", (performance.now() - t)/1000);
}, 600_000);

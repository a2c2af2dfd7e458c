/** What holds of every finished run, whatever happened on its way. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { exportSafetensors } from "../../learn/export-safetensors.ts";
import type { RunEvent } from "../../records/events.ts";
import { openSqliteStore, runFolder } from "../../records/node/index.ts";
import { modelAfter, type Told } from "./oracle.ts";
import type { TestProvisions } from "./provisions.ts";

/** Checks the log of a run, and gives its rounds. */
export async function checkLog(folder: string, rounds: number): Promise<Told[]> {
  await using store = openSqliteStore(runFolder(folder).events, { readOnly: true });
  const events = await store.readAll();
  expect(events[0].kind).toBe("run-started");
  expect(events.at(-1)!.kind).toBe("run-finished");
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "run-finished" || kind === "run-failed")).toHaveLength(1);
  for (const [i, { at }] of events.entries())
    expect(at).toBeGreaterThanOrEqual(events[Math.max(0, i - 1)].at);
  const numbers = Array.from({ length: rounds }, (_, i) => i + 1);
  const finished = events.filter((event) => event.kind === "round-finished");
  expect(finished.map(({ round }) => round)).toEqual(numbers);
  return finished.map((end) => checkRound(events, end));
}

function checkRound(events: readonly RunEvent[], end: Extract<RunEvent, { kind: "round-finished" }>): Told {
  const { round } = end;
  const outcomes = events.filter((event) => event.kind === "client-outcome" && event.round === round);
  const start = events.findLast((event) => event.kind === "round-started" && event.round === round);
  const ends = outcomes.map((event) => event as Extract<RunEvent, { kind: "client-outcome" }>);
  expect(start?.sequence).toBeLessThan(ends[0].sequence);
  expect(ends.at(-1)!.sequence).toBeLessThan(end.sequence);
  const { selected } = start as Extract<RunEvent, { kind: "round-started" }>;
  expect(ends.map(({ client }) => client).sort()).toEqual([...selected].sort());
  expect(end.selected).toBe(selected.length);
  for (const outcome of ["contributed", "late", "dropped", "rejected"] as const) {
    expect(end[outcome]).toBe(ends.filter((each) => each.outcome === outcome).length);
  }
  const before = events.slice(0, events.indexOf(outcomes[0]));
  return {
    contributors: ends.filter(({ outcome }) => outcome === "contributed").map(({ client }) => client),
    registered: new Set(before.map((event) => event.kind === "client-joined" && event.client).filter(Boolean))
      .size,
  };
}

/** Checks that the run ended with the model that these rounds give, bit for bit. */
export async function checkModel(
  folder: string,
  provisions: TestProvisions,
  rounds: readonly Told[],
): Promise<void> {
  const { recipe, layout, task } = provisions.prepared;
  const expected = exportSafetensors(layout, await modelAfter(provisions, rounds), {
    ...{ task: task.name, recipe: recipe.name, seed: String(recipe.seed), round: String(recipe.rounds) },
  });
  expect(readFileSync(runFolder(folder).model).equals(expected)).toBe(true);
}

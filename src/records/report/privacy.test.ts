import { expect, test } from "vitest";
import { sampleLog } from "../../testing/sample-log.ts";
import type { RunEvent, RunSummary } from "../events.ts";
import { digestRun } from "./digest.ts";
import { headlines, runFacts } from "./facts.ts";
import { recipeSection } from "./sections.ts";

const claim: RunSummary["privacy"] = {
  ...{ unit: "client", epsilon: 12.3456, delta: 1e-5, accountant: "renyi (Skellam)" },
  assumptions: ["First.", "Second."],
};

/** The sample log as though its clients had added noise. */
function noisy(event: RunEvent): RunEvent {
  switch (event.kind) {
    case "run-started":
      return { ...event, recipe: { ...(event.recipe as object), privacy: { kind: "distributed-skellam" } } };
    case "round-finished":
      return { ...event, figures: { epsilon: 4 * event.round } };
    case "run-finished":
      return { ...event, summary: { ...event.summary, privacy: claim } };
    default:
      return event;
  }
}

test("a finished run shows epsilon and what it rests on, and that its noise does not come again", async () => {
  const digest = await digestRun(sampleLog({ rounds: 3 }).map(noisy));
  const shown = headlines(digest).filter(({ name }) => name.startsWith("Privacy"));
  expect(shown).toEqual([
    { name: "Privacy", value: "ε = 12.3456", more: "per client, δ = 0.00001, renyi (Skellam)" },
  ]);
  const assumptions = runFacts(digest).filter(([name]) => name === "Privacy assumption");
  expect(assumptions.map(([, text]) => text)).toEqual(["First.", "Second."]);
  expect(recipeSection(digest).text).toContain("but for the clients&#39; noise");
});

test("a run under way shows what is spent so far", async () => {
  const digest = await digestRun(sampleLog({ rounds: 3, finished: false }).map(noisy));
  const shown = headlines(digest).filter(({ name }) => name.startsWith("Privacy"));
  expect(shown).toEqual([{ name: "Privacy so far", value: "ε = 12", more: "at the recipe's δ" }]);
});

test("a run without noise says nothing of privacy", async () => {
  const digest = await digestRun(sampleLog({ rounds: 3 }));
  expect(headlines(digest).filter(({ name }) => name.startsWith("Privacy"))).toEqual([]);
  expect(recipeSection(digest).text).not.toContain("noise");
});

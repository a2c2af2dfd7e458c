/** Real clients that keep models of their own, over loopback sockets: they end with the bits of a simulation. */
import { expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { messageWords } from "../records/message-words.ts";
import { prepare } from "./prepare.ts";
import { served, simulated } from "./testing/course.ts";
import { words } from "./testing/words.ts";

const protocols: readonly NonNullable<RecipeInput["protocol"]>[] = [
  { kind: "secea", colluders: 1, dropouts: 0, queries: 400 },
  { kind: "embeddings", exchange: "mean" },
  { kind: "embeddings", exchange: "none" },
];

test.each(protocols)("$kind ($exchange)", async (protocol) => {
  const run = await prepare(completeRecipe({ ...words, rounds: 3, deadline: 60, protocol }), ".");
  const inSimulation = await simulated(run);
  const real = await served(run);
  expect(real.refused).toEqual([]);
  expect([...real.ownModels.keys()].sort()).toEqual(run.clients);
  for (const [client, model] of real.ownModels) {
    expect(model, client).toEqual(inSimulation.ownModels.get(client));
    expect(model, client).not.toEqual(run.initial);
  }
  const rounds = ({ events }: typeof real) =>
    events.flatMap((event) => (event.kind === "round-finished" ? [[event.accuracy, event.loss]] : []));
  expect(rounds(real)).toHaveLength(3);
  expect(rounds(real)).toEqual(rounds(inSimulation));
  for (const { kind } of real.messages) expect(messageWords(kind), kind).toBeDefined();
});

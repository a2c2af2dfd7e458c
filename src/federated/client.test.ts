import { expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { FederatedClient } from "./client.ts";
import type { ClientHalf, Protocol } from "./protocol.ts";

test("a client hears nothing more of a round that is closed or in which it crashed, and takes part in the next", () => {
  const heard: number[] = [];
  const half = (): ClientHalf => ({
    open: () => ({}),
    contribute: () => ({}),
    message: (_from, { round }) => {
      heard.push(round);
      return {};
    },
  });
  const protocol: Protocol = { kind: "toy", server: () => ({}) as never, client: half };
  const client = new FederatedClient(
    { id: "a", shard: 0, dimension: 1 },
    protocol,
    SimulationRandom.fromSeed(1),
  );
  const work = { epochs: 1, batch: 1, optimizer: { kind: "sgd", rate: 0.1 } };
  const receive = (kind: string, round: number, body = {}) =>
    client.handle(
      {
        kind: "message",
        from: "server",
        message: { kind, round, body: { attempt: 1, ...body }, tensors: { model: new Float32Array(1) } },
      },
      0,
    );
  const openRound = (round: number) => receive("round", round, { work, evaluate: false, plan: null });

  client.handle({ kind: "start" }, 0);
  receive("toy/set-up", 0);
  openRound(1);
  receive("toy/share", 1);
  client.handle({ kind: "start" }, 1);
  receive("toy/share", 1);
  openRound(2);
  receive("toy/share", 2);
  receive("close", 2, { accepted: false });
  receive("toy/share", 2);
  expect(heard).toEqual([0, 1, 2]);
});

/** Clients that hold models of their own, over real sockets: they end with the bits of a simulation. */
import { expect, test } from "vitest";
import { FederatedClient } from "../../federated/client.ts";
import type { Holdings } from "../../federated/embeddings.ts";
import { FederatedServer } from "../../federated/server.ts";
import { serverMomentum } from "../../federated/server-optimizers/momentum.ts";
import { complete, DIMENSION, execute, federation } from "../../federated/testing/quadratic.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { createNetwork } from "../../runtime/network/network.ts";
import type { PartyId } from "../../runtime/party.ts";
import { createHostedFabric } from "../../runtime/session/testing/hosted-fabric.ts";
import { overWebSockets } from "../../runtime/session/testing/over-websockets.ts";
import { environment } from "../testing/contributions.ts";
import { secEa } from "./secea.ts";

const CLIENTS = 5;
const table = { offset: 1, entities: 2, width: 1 };

/** A third of the clients own both entities, the others one each. */
function holdings(client: PartyId): Holdings {
  const shard = Number(client.slice("client-".length));
  return { entities: Int32Array.from([[0, 1], [1], [0]][shard % 3]), heldOut: shard };
}

const protocolOf = () => secEa({ colluders: 1, dropouts: 1, bound: 4, table, holdings }, environment());

test("SecEA over WebSockets, each party with secrets of its own", async () => {
  const { simulation, parties: simulated, plan } = federation({ clients: CLIENTS, protocol: protocolOf() });
  await complete(simulation);

  const random = SimulationRandom.fromSeed(1);
  const clients = new Map(
    plan.clients.map((id, shard) => {
      const own = { id, shard, dimension: DIMENSION, initial: plan.initial };
      return [id, new FederatedClient(own, protocolOf(), random.stream("client", id))];
    }),
  );
  const server = new FederatedServer(plan, protocolOf(), serverMomentum({ rate: 1, momentum: 0 }), random);
  const fabric = await createHostedFabric(
    {
      parties: { server, ...Object.fromEntries(clients) },
      execute,
      network: createNetwork(null, random, plan.clients),
    },
    overWebSockets,
  );
  await fabric.run();

  expect(fabric.refused).toEqual([]);
  expect(server.round).toBe(plan.rounds);
  for (const [id, client] of clients) expect(client.model, id).toEqual(simulated.get(id)!.model);
  expect(clients.get("client-0")!.model).not.toEqual(plan.initial);
});

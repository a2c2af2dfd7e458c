/** The round machine of a server whose clients are real. */
import type { Holdings } from "../federated/embeddings.ts";
import type { Protocol } from "../federated/protocol.ts";
import { FederatedServer, type ServerState } from "../federated/server.ts";
import { localWorkOf, protocolEnvironment, protocolOf, serverOptimizerOf } from "../recipe/components.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import { nativeCryptography } from "../secure/node/native-cryptography.ts";
import { sharedEmbeddings } from "./embeddings.ts";
import type { PreparedModel } from "./prepare.ts";

/** Throws as {@link sharedEmbeddings} */
export function serverProtocol(prepared: PreparedModel): Protocol {
  const { recipe, random } = prepared;
  const environment = protocolEnvironment(random, {
    cryptography: nativeCryptography,
    // The server's trainer holds nothing but the server's own examples, where there are some.
    referenceShard: 0,
    ...(isEmbeddings(recipe.protocol) && {
      embeddings: { table: sharedEmbeddings(prepared).table, holdings: holdsNothing },
    }),
  });
  return protocolOf(recipe, environment);
}

/** What entities its clients have, the server does not know. */
function holdsNothing(): Holdings {
  return { entities: new Int32Array(0), heldOut: "test" };
}

/** @param state goes on from here, where there is a checkpoint */
export function createServer(
  { recipe, random, initial }: PreparedModel,
  protocol: Protocol,
  state: ServerState | undefined,
): FederatedServer {
  const { rounds, select, deadline, retries, evaluate } = recipe;
  const server = new FederatedServer(
    { rounds, select, deadline, retries, evaluate, work: localWorkOf(recipe), clients: [], initial },
    protocol,
    serverOptimizerOf(recipe),
    random,
  );
  // Nobody is here yet; whoever comes back makes it known.
  if (state) server.restore({ ...state, away: state.clients });
  return server;
}

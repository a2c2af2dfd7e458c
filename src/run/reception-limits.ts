import type { ReceptionLimits } from "../runtime/session/reception.ts";
import { largestShare } from "../secure/secea/shape.ts";
import { sharedEmbeddings } from "./embeddings.ts";
import type { PreparedModel } from "./prepare.ts";

const MIB = 2 ** 20;

/** What a server lets its clients send. */
export function receptionLimits(prepared: PreparedModel): ReceptionLimits {
  return {
    maxMessageBytes: 4 * mostEntries(prepared) + MIB,
    heartbeat: 10,
    controlsPerSecond: 2000,
    grace: 60,
    pending: 1024,
    incomingBytes: 256 * MIB,
  };
}

/** Entries of 4 bytes that a client's message may hold: a model and a control variate (SCAFFOLD), or shares of SecEA. */
function mostEntries(prepared: PreparedModel): number {
  const { recipe, initial } = prepared;
  if (recipe.protocol.kind !== "secea") return 2 * initial.length;
  return largestShare(recipe.protocol, sharedEmbeddings(prepared).table);
}

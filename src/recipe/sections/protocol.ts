import { z } from "zod";
import { usualKind } from "../fields.ts";

/** Ways to combine updates. A new protocol is added to this list and to `federated/` or its own room. */
export const protocols = [
  z
    .strictObject({ kind: usualKind("plain") })
    .describe("Updates travel in the clear; the server combines them."),
] as const;

export const protocolSection = z
  .discriminatedUnion("kind", protocols)
  .prefault({})
  .describe("How the updates of a round are combined.");

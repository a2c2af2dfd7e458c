import { InputError } from "../../errors.ts";
import type { EmbeddingTable, Holdings } from "../../federated/embeddings.ts";
import type { PartyId } from "../../runtime/party.ts";
import { largestScale } from "../quantise.ts";
import { planShape, type SecEaOptions, type Shape } from "./shape.ts";

export interface SecEaSettings extends SecEaOptions {
  /** Where in a client's model the embeddings are. */
  readonly table: EmbeddingTable;
  /** What a client has. On a real client, only its own is asked for. */
  readonly holdings: (client: PartyId) => Holdings;
}

/** N for the smallest round: all answers, and with T colluders two others. */
export function fewestClients({ colluders, dropouts, parts = 1 }: SecEaOptions): number {
  return Math.max(2 * (parts + colluders) - 1 + dropouts, colluders + 2);
}

/**
 * Of a registration of so many. It is made for the fewest clients at least: then up to D may be missing already, and so
 * many fewer may go later.
 *
 * @throws InputError `secure.parameters` or `secure.precision` when no number of clients suits the options
 */
export function shapeOf(registered: number, settings: SecEaSettings): Shape {
  return planShape(Math.max(registered, fewestClients(settings)), settings.table.width, settings);
}

/** Q: entities that every client asks for when the union has so many. */
export function queriesOf({ queries = Number.POSITIVE_INFINITY }: SecEaOptions, union: number): number {
  return Math.min(queries, union);
}

/** What embeddings are multiplied with before they are rounded, such that the sum of those of all clients fits the field. */
export function scaleOf({ bound }: SecEaOptions, { clients }: Shape): number {
  return largestScale({ bound, summands: clients });
}

/** @throws InputError `secure.parameters` when a client could not ask for all that it owns */
export function checkHoldings({ queries }: SecEaOptions, client: PartyId, { entities }: Holdings): void {
  if (queries === undefined || entities.length <= queries) return;
  throw new InputError(
    "secure.parameters",
    `SecEA cannot run: ${client} owns ${entities.length} entities and may ask for ${queries}; raise queries.`,
  );
}

export interface LightSecAggRound {
  /** Clients that share masks with each other. */
  readonly clients: number;
  /** Clients whose contributions are in the sum. */
  readonly included: number;
  /** Length L of a contribution, in field elements. */
  readonly symbols: number;
  /** T. */
  readonly colluders: number;
  /** U. */
  readonly survivors: number;
}

export interface LightSecAggLoads {
  /** Per client: sent to others before the upload, and as much received. */
  readonly offline: number;
  /** Per client: the masked contribution. */
  readonly upload: number;
  /** Per client: the sum of mask shares. */
  readonly recovery: number;
  /** Received by the server: uploads that count, and the recoveries that it needs. */
  readonly server: number;
  /** Pairs of parties that talk to each other: every two clients, and each with the server. */
  readonly connections: number;
}

/**
 * What a round moves, in field elements of 4 bytes; keys, plans, reports and framing are not counted. A share has
 * ceil(L / (U - T)) elements.
 */
export function lightSecAggLoads(round: LightSecAggRound): LightSecAggLoads {
  const { clients, included, symbols, colluders, survivors } = round;
  const share = Math.ceil(symbols / (survivors - colluders));
  return {
    offline: (clients - 1) * share,
    upload: symbols,
    recovery: share,
    server: included * symbols + survivors * share,
    connections: (clients * (clients - 1)) / 2 + clients,
  };
}

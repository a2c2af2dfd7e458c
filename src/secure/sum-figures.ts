/**
 * What every secure sum tells of a round that has come to a result, for the log and the report. Symbols are field elements
 * of 4 bytes, of updates, masks and their shares; keys, plans, sealing and framing are apart, except where the protocol's
 * formulas have them.
 */
export interface SumFigures {
  /** Clients that took part: they gave a key and got a plan. */
  readonly participants: number;
  /** Of whom the contributions are in the sum. */
  readonly included: number;
  /** Pairs of parties that talk to each other, by the formula. */
  readonly connections: number;
  /** Sent by the client that sent most: counted, as far as the server can tell, and by the formula for a whole round. */
  readonly clientSymbols: number;
  readonly clientSymbolsExpected: number;
  /** Received by the server. */
  readonly serverSymbols: number;
  readonly serverSymbolsExpected: number;
}

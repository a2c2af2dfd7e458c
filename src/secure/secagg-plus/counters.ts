import { SHARE_LENGTH } from "./secret-shares.ts";

/** How far a round has come, in clients: those who have sent each of their messages. */
export interface SecAggRound {
  /** k. */
  readonly neighbours: number;
  /** Length L of a contribution, in field elements. */
  readonly symbols: number;
  readonly keyed: number;
  readonly shared: number;
  readonly uploaded: number;
  readonly revealed: number;
}

/** Two public keys of 32 bytes, in field elements of 4. */
const KEY_SYMBOLS = 16;

/** What one client sends in a round to its end, in field elements of 4 bytes. */
export interface ClientLoads {
  readonly keys: number;
  /** Shares of two secrets for each neighbour; it receives as much. */
  readonly shares: number;
  readonly upload: number;
  /** A share of one secret of each neighbour. */
  readonly reveal: number;
}

/** Nonces and tags of sealing, flags, plans and framing are not counted. */
export function clientLoads({
  neighbours,
  symbols,
}: Pick<SecAggRound, "neighbours" | "symbols">): ClientLoads {
  return {
    keys: KEY_SYMBOLS,
    shares: neighbours * 2 * SHARE_LENGTH,
    upload: symbols,
    reveal: neighbours * SHARE_LENGTH,
  };
}

/** What the server receives in a round, in field elements of 4 bytes. */
export function serverLoad(round: SecAggRound): number {
  const { keys, shares, upload, reveal } = clientLoads(round);
  const { keyed, shared, uploaded, revealed } = round;
  return keyed * keys + shared * shares + uploaded * upload + revealed * reveal;
}

import { hopsOf, type Layout } from "./layout.ts";

export interface SwiftAggPlusLoads {
  /** Length of a share and of a sum of shares, ceil(L / K). */
  readonly piece: number;
  /** Sent by each client: G pieces, (1 + (T + D) / K) L where K divides L. */
  readonly client: number;
  /** Received by the server: K + T pieces, (1 + T / K) L where K divides L. */
  readonly server: number;
  /** Pairs of parties that send such symbols to each other: N (G + 1) / 2 where G divides N. */
  readonly connections: number;
  /** Messages one after the other once the contributions are shared. */
  readonly hops: number;
}

/**
 * What a round without dropouts moves, in field elements of 4 bytes, for contributions of `symbols` = L of them. Keys,
 * plans, bitmaps and framing are not counted.
 */
export function swiftAggPlusLoads(layout: Layout, symbols: number): SwiftAggPlusLoads {
  const { participants, parts, needed, groupSize, groups } = layout;
  const piece = Math.ceil(symbols / parts);
  const guests = participants - groups * groupSize;
  const inGroups = (groups * groupSize * (groupSize - 1)) / 2;
  return {
    piece,
    client: groupSize * piece,
    server: needed * piece,
    connections: inGroups + guests * groupSize + (groups - 1) * groupSize + groupSize,
    hops: hopsOf(layout),
  };
}

import type { Shape } from "./shape.ts";

export interface SecEaSizes {
  /** B, entities of the public dictionary. */
  readonly entities: number;
  /** M, entities that have an owner. */
  readonly union: number;
  /** Q, rows that a client asks for. */
  readonly queries: number;
}

export interface SecEaLoads {
  /** Whenever the union is made: presence to the other clients, and one sum of shares. */
  readonly union: number;
  /** Per round: the table. */
  readonly sharing: number;
  /** Whenever queries are made. */
  readonly queries: number;
  /** Per round: answers to the other clients, and as much received. */
  readonly answers: number;
  /** Per round, of a client that makes zero masks, for the answers to all: T + 1 + D of them, T + 1 when D are silent. */
  readonly masks: number;
}

/** What a client sends, in field elements of 4 bytes; keys, plans, reports and framing are not counted. */
export function secEaLoads(shape: Shape, { entities, union, queries }: SecEaSizes): SecEaLoads {
  const { clients, parts, piece } = shape;
  const others = clients - 1;
  return {
    union: others * Math.ceil(entities / parts) + Math.ceil(entities / parts),
    sharing: others * union * piece,
    queries: others * queries * union,
    answers: others * queries * piece,
    masks: others * clients * queries * piece,
  };
}

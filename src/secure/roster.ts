/**
 * The participants of a round in its public random order, with their keys. It travels in tensors: a frame's header has
 * no room for thousands of names.
 */
import { z } from "zod";
import type { Tensor } from "../runtime/message.ts";
import type { PartyId } from "../runtime/party.ts";

export interface Roster {
  readonly names: readonly PartyId[];
  /** By place. */
  readonly keys: readonly Uint8Array[];
}

export const KEY_BYTES = 32;
const MAX_BYTES = 2 ** 24;
const MAX_PARTICIPANTS = 2 ** 16;

const namesSchema = z.array(z.string().min(1).max(256)).min(1).max(MAX_PARTICIPANTS);

const encoder = new TextEncoder();

export function encodeRoster({ names, keys }: Roster): { names: Uint8Array; keys: Uint8Array } {
  const joined = new Uint8Array(KEY_BYTES * keys.length);
  for (const [place, key] of keys.entries()) joined.set(key, KEY_BYTES * place);
  return { names: encoder.encode(JSON.stringify(names)), keys: joined };
}

/** Undefined unless names are different from each other, and as many as keys. */
export function decodeRoster(tensors: Readonly<Record<string, Tensor>> | undefined): Roster | undefined {
  const { names: bytes, keys: joined } = tensors ?? {};
  if (!(bytes instanceof Uint8Array) || !(joined instanceof Uint8Array) || bytes.length > MAX_BYTES) return;
  const names = namesSchema.safeParse(parsed(bytes)).data;
  if (names === undefined || new Set(names).size < names.length) return undefined;
  if (joined.length !== KEY_BYTES * names.length) return undefined;
  const keys = names.map((_, place) => joined.slice(KEY_BYTES * place, KEY_BYTES * (place + 1)));
  return { names, keys };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

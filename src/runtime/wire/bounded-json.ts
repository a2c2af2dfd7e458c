/**
 * JSON from strangers: bounded in depth by a scan of the bytes before any parser sees them, strict UTF-8, no
 * duplicate keys, no keys that reach for a prototype, no numbers that overflow to infinity. The caller bounds
 * the number of bytes.
 */
import type { Json } from "../message.ts";
import { FrameError, quoted } from "./frame-error.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a scan of the bytes tells without parsing. */
export interface JsonShape {
  /** Members of the outermost object, duplicates counted. */
  readonly topMembers: number;
  /** Members of all objects, duplicates counted. */
  readonly members: number;
}

/**
 * Scans JSON text for its nesting and number of members; one pass over the bytes, nothing allocated.
 *
 * @throws FrameError `frame.json.depth` when brackets nest deeper than `maxDepth` (the outermost object is 1).
 */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonShape {
  let depth = 0;
  let members = 0;
  let topMembers = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (depth > maxDepth) {
        throw new FrameError(
          "frame.json.depth",
          `The JSON header nests deeper than ${maxDepth} levels; such a header is refused.`,
        );
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    } else if (byte === COLON) {
      members++;
      if (depth === 1) topMembers++;
    }
  }
  return { members, topMembers };
}

/**
 * Parses scanned JSON text whose outermost value is an object.
 *
 * @throws FrameError `frame.json.syntax`, `frame.json.object`, `frame.json.duplicate`, and those of
 *   {@link countMembers}.
 */
export function parseScannedJson(bytes: Uint8Array, shape: JsonShape): { readonly [key: string]: Json } {
  let value: Json;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new FrameError("frame.json.syntax", "The header is not valid UTF-8 JSON.", { cause });
  }
  if (!isObject(value)) {
    throw new FrameError("frame.json.object", "The header must be a JSON object.");
  }
  // A parser keeps the last of two equal keys, so fewer members than colons betrays duplicates.
  if (countMembers(value) !== shape.members) {
    throw new FrameError("frame.json.duplicate", "The header repeats a key; each key may occur once.");
  }
  return value;
}

/**
 * Members of all objects within `value`, checked on the way to be plain JSON.
 *
 * @throws FrameError `frame.json.key` for `__proto__`, `constructor` or `prototype`; `frame.json.number` for a
 *   number that is not finite; `frame.json.depth` beyond `maxDepth`; `frame.json.value` for what JSON cannot
 *   hold (undefined, functions, big integers, class instances).
 */
export function countMembers(value: unknown, maxDepth = Number.POSITIVE_INFINITY): number {
  if (value === null || typeof value === "string" || typeof value === "boolean") return 0;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return 0;
    throw new FrameError(
      "frame.json.number",
      "A number in the header is not finite; send finite numbers only.",
    );
  }
  if (typeof value !== "object" || !isPlain(value)) {
    throw new FrameError(
      "frame.json.value",
      "The header holds a value that JSON cannot carry; use plain data.",
    );
  }
  if (maxDepth === 0) {
    throw new FrameError("frame.json.depth", "The header nests too deeply; flatten its fields.");
  }
  if (Array.isArray(value)) {
    let members = 0;
    for (const item of value) members += countMembers(item, maxDepth - 1);
    return members;
  }
  let members = 0;
  for (const [key, item] of Object.entries(value)) {
    if (PROTOTYPE_KEYS.has(key)) {
      throw new FrameError("frame.json.key", `The key ${quoted(key)} is refused in headers; rename it.`);
    }
    members += 1 + countMembers(item, maxDepth - 1);
  }
  return members;
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  // An object of another realm (a worker's, a browser frame's) has another Object.prototype, itself rootless.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * What a client has been told in an attempt and has not used yet. Networks change the order of messages; here they wait
 * until the client has come so far.
 */
import type { Message, Tensor } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { EXCHANGES, type ExchangeName } from "./exchanges.ts";
import { exchangeBody } from "./messages.ts";
import { Refusal } from "./refusal.ts";

type Tensors = Readonly<Record<string, Tensor>>;

export interface Inbox {
  /** What the server announces once each, by name. */
  readonly announced: Map<string, Tensors>;
  /** By exchange, a bitmap of those whose shares are to be waited for. */
  readonly awaited: Map<ExchangeName, Uint8Array>;
  /** Sealed messages of other clients, by kind and sender; one of each at a time. */
  readonly sealed: Map<string, Map<PartyId, Uint8Array>>;
}

const SERVER = "server";
const ANNOUNCEMENTS: ReadonlySet<string> = new Set(["plan", "union", "begin"]);
const SEALED: ReadonlySet<string> = new Set([...EXCHANGES, "answers"]);

/** More senders than these are not remembered. */
const MOST_SENDERS = 4096;

export function emptyInbox(): Inbox {
  return { announced: new Map(), awaited: new Map(), sealed: new Map() };
}

/** @throws Refusal when the server contradicts itself */
export function put(inbox: Inbox, from: PartyId, { kind, body, tensors = {} }: Message): void {
  if (from !== SERVER) {
    if (SEALED.has(kind)) keepSealed(inbox, kind, from, tensors.sealed);
  } else if (ANNOUNCEMENTS.has(kind)) {
    announce(inbox, kind, tensors);
  } else {
    const exchange = exchangeBody.safeParse(body).data?.exchange;
    if (exchange === undefined) return;
    if (kind === "include") announce(inbox, inclusionOf(exchange), tensors);
    if (kind === "report") narrow(inbox, exchange, tensors.awaited);
  }
}

/** Under which name it is announced who is included in an exchange. */
export function inclusionOf(exchange: ExchangeName): string {
  return `include/${exchange}`;
}

function keepSealed({ sealed }: Inbox, kind: string, from: PartyId, message: unknown): void {
  if (!(message instanceof Uint8Array)) return;
  const ofKind = sealed.get(kind) ?? new Map<PartyId, Uint8Array>();
  sealed.set(kind, ofKind);
  if (ofKind.size < MOST_SENDERS && !ofKind.has(from)) ofKind.set(from, message);
}

function announce({ announced }: Inbox, name: string, tensors: Tensors): void {
  const before = announced.get(name);
  if (before === undefined) announced.set(name, tensors);
  else if (!areEqual(before, tensors)) throw new Refusal("contradiction");
}

/** Those to be waited for become fewer from one word of the server to the next, also when they overtake each other. */
function narrow({ awaited }: Inbox, exchange: ExchangeName, bitmap: unknown): void {
  if (!(bitmap instanceof Uint8Array)) return;
  const before = awaited.get(exchange) ?? bitmap;
  awaited.set(
    exchange,
    bitmap.map((byte, i) => byte & (before[i] ?? 0)),
  );
}

function areEqual(a: Tensors, b: Tensors): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => b[name] && isSame(a[name], b[name]));
}

function isSame(a: Tensor, b: Tensor): boolean {
  return a.constructor === b.constructor && a.length === b.length && a.every((entry, i) => entry === b[i]);
}

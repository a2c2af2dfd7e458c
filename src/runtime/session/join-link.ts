/**
 * Invitations: `https://host:port/join/#t=TOKEN&k=KEY&c=CERTIFICATE`. The link opens the page for a browser tab and
 * is what `coterie join` takes. All that is secret or to be trusted stands behind the `#`, which browsers do not
 * send. Without it the address alone is a link too: the server's key is then pinned on first use.
 */
import { InputError } from "../../errors.ts";
import { TEXT_OF_32_BYTES } from "./identity.ts";

export interface JoinLink {
  /** `https://host:port` (or `http:`), and the path that a proxy may have put the server under; no `/` at its end. */
  readonly url: string;
  /** See `token.ts`. */
  readonly token?: string;
  /** Fingerprint of the server's key. */
  readonly serverKey?: string;
  /** SHA-256 of the server's TLS certificate (DER), in hexadecimal; without it, authorities vouch for it. */
  readonly certificate?: string;
}

const MAX_CHARACTERS = 2048;

const PARTS = [
  { key: "t", name: "token", form: TEXT_OF_32_BYTES },
  { key: "k", name: "serverKey", form: TEXT_OF_32_BYTES },
  { key: "c", name: "certificate", form: /^[0-9a-f]{64}$/ },
] as const;

/** The link's text; the URL may be of a WebSocket. */
export function formatJoinLink(link: JoinLink): string {
  const parts = PARTS.filter(({ name }) => link[name] !== undefined);
  const fragment = parts.map(({ key, name }) => `${key}=${link[name]}`).join("&");
  return `${serverUrl(new URL(link.url))}/join/${fragment && `#${fragment}`}`;
}

/**
 * Reads a link, or an address of `http:`, `https:`, `ws:` or `wss:`.
 *
 * @throws InputError `session.link` when it is none; the message does not repeat it, for it may hold a token
 */
export function parseJoinLink(text: string): JoinLink {
  const trimmed = text.trim();
  if (trimmed.length > MAX_CHARACTERS) throw malformed(`is longer than ${MAX_CHARACTERS} characters`);
  if (!/^(https?|wss?):\/\//i.test(trimmed))
    throw malformed("does not begin with https:// (or http, wss, ws)");
  if (!URL.canParse(trimmed)) throw malformed("is not a URL");
  const url = new URL(trimmed);
  if (url.username || url.password) throw malformed("holds a user name or a password, which it must not");
  if (url.search) throw malformed("has a question mark, which it must not");
  const link = { url: serverUrl(url), ...readFragment(url.hash.slice(1)) };
  if (link.certificate !== undefined && !link.url.startsWith("https:")) {
    throw malformed("names a certificate but is not of https");
  }
  return link;
}

/** Where the server's WebSocket is: `wss://host:port/session`. */
export function websocketUrl(link: JoinLink): string {
  return `${link.url.replace(/^http/, "ws")}/session`;
}

/** The part of the URL that is the server's, whichever of its pages was named. */
function serverUrl({ protocol, host, pathname }: URL): string {
  const path = pathname.replace(/\/+(?:(?:join|session)\/*)?$/, "");
  return `${protocol.replace("ws", "http")}//${host}${path}`;
}

function readFragment(fragment: string): Omit<JoinLink, "url"> {
  const read: { -readonly [name in (typeof PARTS)[number]["name"]]?: string } = {};
  for (const part of fragment === "" ? [] : fragment.split("&")) {
    const [key, value] = [part.slice(0, 1), part.slice(2)];
    const known = PARTS.find((each) => part.startsWith(`${each.key}=`));
    if (known === undefined) throw malformed("has a part behind # that is not t=, k= or c=");
    if (read[known.name] !== undefined) throw malformed(`has two parts ${key}= behind #`);
    if (!known.form.test(value)) throw malformed(`is damaged in its part ${key}= behind #`);
    read[known.name] = value;
  }
  return read;
}

function malformed(problem: string): InputError {
  return new InputError("session.link", `The join link ${problem}; copy the whole link from the server.`);
}

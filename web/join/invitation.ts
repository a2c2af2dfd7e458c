/**
 * The invitation that this tab was opened with. Its secret leaves the address bar at once, so that nobody copies or
 * photographs it, and stays with the tab, so that a reload does not lose it.
 */
import { InputError } from "../../src/errors.ts";
import { type JoinLink, parseJoinLink } from "../../src/runtime/session/join-link.ts";

/** What outlives a reload of the tab. */
export interface Kept {
  /** The whole link. */
  readonly link: string;
  /** Whether the owner has connected, and the name given then. */
  readonly connected?: { readonly name: string | undefined } | undefined;
  /** Where the tab's key is kept; see `identity.ts`. */
  readonly slot?: number | undefined;
}

const KEY = "coterie.invitation";

/** Reads the invitation from the address, or from before the reload; or says what is wrong with it. */
export function readInvitation(): { link: JoinLink; kept: Kept } | { problem: string } {
  const before = kept();
  const hasNew = location.hash.length > 1;
  const text = hasNew ? location.href : (before?.link ?? location.href);
  if (hasNew) history.replaceState(null, "", location.pathname + location.search);
  try {
    const link = parseJoinLink(text);
    const now = text === before?.link ? before : { link: text, slot: before?.slot };
    keep(now);
    return { link, kept: now };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { problem: error.message };
  }
}

/** Notes something for after a reload; where the browser keeps nothing, the reload begins anew. */
export function keep(what: Partial<Kept>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...kept(), ...what }));
  } catch {
    // Storage is blocked or full.
  }
}

function kept(): Kept | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

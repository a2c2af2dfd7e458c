import { signal } from "@preact/signals";
import { ApiError, logIn, type Role, whoAmI } from "./api.ts";

/** Who is looking: a role, or `unknown` until the server has said, or `nobody` until a token is given. */
export const session = signal<Role | "unknown" | "nobody">("unknown");

/** What went wrong with signing in, in words; null when nothing did. */
export const signInProblem = signal<string | null>(null);

/**
 * Begins the session: with the token in the address, which is removed at once so that nobody copies it along,
 * else with the cookie of an earlier visit.
 */
export async function begin(): Promise<void> {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token !== undefined) {
    history.replaceState(null, "", location.pathname + location.search);
    await signIn(token);
    return;
  }
  await settle(whoAmI);
}

export async function signIn(token: string): Promise<void> {
  await settle(() => logIn(token));
}

/** The cookie is no longer good; called wherever the server says so. */
export function signOut(): void {
  session.value = "nobody";
}

async function settle(ask: () => Promise<Role>): Promise<void> {
  try {
    session.value = await ask();
    signInProblem.value = null;
  } catch (error) {
    const unasked = ask === whoAmI && error instanceof ApiError && error.status === 401;
    session.value = "nobody";
    signInProblem.value = unasked ? null : wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return "This token is not valid.";
  return error instanceof Error ? error.message : String(error);
}

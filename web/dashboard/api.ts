/** The dashboard's server, as the page sees it; its side is `src/dashboard/`. */
import type { RunEvent } from "../../src/records/events.ts";
import type { ListedRun } from "../../src/records/live/listed-run.ts";

/** An observer looks, an operator may also stop runs. */
export type Role = "observer" | "operator";

/** An answer other than the one that was asked for. `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The page is at `dashboard/`, its server's API beside it, whatever path a proxy puts them under. */
const root = new URL("../api/", document.baseURI);

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(new URL(path, root), init);
  } catch {
    throw new ApiError(0, "The server cannot be reached. Is it still running?");
  }
  const body = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  throw new ApiError(response.status, body?.error?.message ?? `The server answered ${response.status}.`);
}

/** Without this header the server takes a request for one that another page has forged. */
const own = { "X-Coterie": "1", "Content-Type": "application/json" };

const runPath = (run: string) => `runs/${encodeURIComponent(run)}`;

/** Exchanges a token for a cookie. */
export async function logIn(token: string): Promise<Role> {
  const init = { method: "POST", headers: own, body: JSON.stringify({ token }) };
  return (await ask<{ role: Role }>("login", init)).role;
}

export async function whoAmI(): Promise<Role> {
  return (await ask<{ role: Role }>("me")).role;
}

export async function listRuns(): Promise<readonly ListedRun[]> {
  return (await ask<{ runs: readonly ListedRun[] }>("runs")).runs;
}

/** At most 5,000 events of a run's effective history. */
export async function readEvents(run: string, after: number, signal: AbortSignal): Promise<RunEvent[]> {
  const path = `${runPath(run)}/events?after=${after}&limit=5000`;
  return (await ask<{ events: RunEvent[] }>(path, { signal })).events;
}

export function streamEvents(run: string, after: number): EventSource {
  return new EventSource(new URL(`${runPath(run)}/stream?after=${after}`, root));
}

/** Stops a run at its next safe point. */
export async function stopRun(run: string): Promise<void> {
  await ask(`${runPath(run)}/stop`, { method: "POST", headers: own });
}

import { newToken, type Role } from "./tokens.ts";

const MOST_SESSIONS = 256;
const LIFETIME_MILLISECONDS = 12 * 60 * 60 * 1000;

/** Who has logged in, in memory. Each session is a random secret that lasts twelve hours; the oldest make room for new ones. */
export class Sessions {
  /** In the order in which they were opened. */
  readonly #open = new Map<string, { readonly role: Role; readonly until: number }>();

  /** @returns the session's secret */
  open(role: Role): string {
    for (const oldest of this.#open.keys()) {
      if (this.#open.size < MOST_SESSIONS) break;
      this.#open.delete(oldest);
    }
    const session = newToken();
    this.#open.set(session, { role, until: performance.now() + LIFETIME_MILLISECONDS });
    return session;
  }

  roleOf(session: string): Role | undefined {
    const found = this.#open.get(session);
    return found !== undefined && performance.now() < found.until ? found.role : undefined;
  }
}

import type { HttpBindings } from "@hono/node-server";
import type { Role } from "./tokens.ts";

/** What a handler of the dashboard finds in its context: the sockets below it, and who asks. */
export interface Environment {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly role: Role };
}

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { InputError } from "../errors.ts";
import type { Dashboard } from "./dashboard.ts";

export interface ListeningDashboard {
  /** Without a slash at its end. */
  readonly url: string;
  /** Ends the event streams as `Dashboard.close` does, then all connections. */
  close(): Promise<void>;
}

/**
 * Serves a dashboard by plain HTTP on a server of its own.
 *
 * @param port 0 for any that is free
 * @throws InputError `ui.port` when the port cannot be had
 */
export async function listenDashboard(
  dashboard: Dashboard,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ListeningDashboard> {
  const server = createAdaptorServer({ fetch: dashboard.app.fetch, overrideGlobalObjects: false }) as Server;
  try {
    await once(server.listen(port, host), "listening");
  } catch (cause) {
    throw new InputError(
      "ui.port",
      `The dashboard cannot listen on port ${port} of ${host} (${(cause as NodeJS.ErrnoException).code}); give another port.`,
      { at: String(port), cause },
    );
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      await dashboard.close();
      // Browsers also open some in advance, which do not count as idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * The HTTP side of the operator's dashboard: the built pages, and the API through which they read the event logs of the
 * runs in a folder. It knows runs only by their logs, so it may run in the process that carries a run or in another.
 *
 * | path | who | what |
 * |---|---|---|
 * | `GET /`, `/dashboard/`, `/join/`, `/assets/...` | anybody | the pages, which hold no data |
 * | `GET /healthz` | anybody | `{ "status": "ok" }` |
 * | `POST /api/login` | who has a token | `{ token }` for a cookie and `{ role }` |
 * | `GET /api/me` | observer | `{ role }` |
 * | `GET /api/runs` | observer | `{ runs: ListedRun[] }`, latest start first |
 * | `GET /api/runs/RUN/events?after=0&limit=1000` | observer | `{ events, last }` of the effective history |
 * | `GET /api/runs/RUN/stream?after=0` | observer | server-sent events, see `EventStream` |
 * | `POST /api/runs/RUN/stop` | operator | 202, the run stops at its next safe point |
 * | `GET /metrics` | observer | Prometheus, see `addRunMetrics` |
 *
 * A role is shown by the cookie or by `Authorization: Bearer TOKEN`; what changes something also needs the header
 * `X-Coterie: 1`. Refusals are `{ "error": { "code", "message" } }`.
 */
import { Hono } from "hono";
import { Registry } from "prom-client";
import { createAccess } from "./access.ts";
import { ApiError } from "./api-error.ts";
import type { Environment } from "./environment.ts";
import { onlyHosts } from "./hosts.ts";
import { servePages } from "./pages.ts";
import { RunFeeds } from "./run-feeds.ts";
import { RunIndex } from "./run-index.ts";
import { addRunMetrics } from "./run-metrics.ts";
import { runRoutes } from "./run-routes.ts";
import { cacheControl, strictHeaders } from "./strict-headers.ts";
import type { Tokens } from "./tokens.ts";

export interface DashboardOptions {
  /** The folder that holds the runs' folders; it need not exist yet. */
  readonly folder: string;
  /** The only run in it that is anybody's business. Default: all of them. */
  readonly run?: string;
  readonly tokens: Tokens;
  /** Names and addresses under which this server is reached, without port; IPv6 addresses in brackets. */
  readonly hosts: readonly string[];
  /** Stops a run at its next safe point; false when this process does not carry it. Default: it carries none. */
  readonly stop?: (run: string) => boolean;
  /** A registry with figures of the server's own, but without those of the process. Default: an empty one. */
  readonly metrics?: Registry;
  /** Told of what went wrong on our side; clients only learn that something did. Default: nobody is told. */
  readonly onError?: (error: unknown) => void;
}

export interface Dashboard {
  /**
   * To be mounted on a server by `@hono/node-server`, whose sockets it needs. Routes that are added later are guarded
   * as well: reading needs an observer, everything else an operator.
   */
  readonly app: Hono<Environment>;
  /**
   * Sends the event streams what the logs hold by now and ends them, within two seconds; to be called once the server
   * takes no more connections, and before those that are left are closed.
   */
  close(): Promise<void>;
}

/** @throws RunError `dashboard.pages` when the pages have not been built */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { folder, tokens, hosts, stop = () => false, metrics = new Registry(), onError = () => {} } = options;
  const runs = new RunIndex(folder, options.run);
  const feeds = new RunFeeds(onError);
  const access = createAccess(tokens);
  addRunMetrics(metrics, runs);

  const app = new Hono<Environment>();
  app.use(strictHeaders(), cacheControl, onlyHosts(hosts), access.guard);
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/metrics", async (c) =>
    c.body(await metrics.metrics(), 200, { "Content-Type": metrics.contentType }),
  );
  app.route("/", servePages());
  app.route("/api", access.routes);
  app.route("/api/runs", runRoutes(runs, feeds, stop));
  app.notFound(() => {
    throw new ApiError("dashboard.not-found", 404, "There is nothing here.");
  });
  app.onError((error, c) => {
    if (error instanceof ApiError) {
      return c.json(errorBody(error.code, error.message), error.status, error.headers);
    }
    onError(error);
    return c.json(errorBody("internal", "The server failed at this; its log says more."), 500);
  });
  return { app, close: () => feeds.close() };
}

function errorBody(code: string, message: string) {
  return { error: { code, message } };
}

import { Hono } from "hono";
import { z } from "zod";
import { collect } from "../records/index.ts";
import type { ListedRun } from "../records/live/listed-run.ts";
import { openSqliteStore, type RunFolder } from "../records/node/index.ts";
import { ApiError } from "./api-error.ts";
import type { Environment } from "./environment.ts";
import type { RunFeeds } from "./run-feeds.ts";
import type { IndexedRun, RunIndex } from "./run-index.ts";

/** A sequence or a count, as it stands in a query or a header. */
const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const MOST_EVENTS = 5000;
const eventsQuery = z.object({
  after: whole.default(0),
  limit: whole.pipe(z.number().min(1).max(MOST_EVENTS)).default(1000),
});
const streamQuery = z.object({ after: whole.default(0), lastEventId: whole.optional() });

/**
 * What the pages ask about runs, under `/api/runs`.
 *
 * @param stop stops a run at its next safe point; false when this process does not carry it
 */
export function runRoutes(
  runs: RunIndex,
  feeds: RunFeeds,
  stop: (run: string) => boolean,
): Hono<Environment> {
  const routes = new Hono<Environment>();

  const folderOf = async (run: string): Promise<RunFolder> => {
    const folder = await runs.find(run);
    if (folder === undefined) throw new ApiError("dashboard.run", 404, "There is no such run.");
    return folder;
  };

  routes.get("/", async (c) => c.json({ runs: (await runs.list()).map(listed) }));

  routes.get("/:run/events", async (c) => {
    const folder = await folderOf(c.req.param("run"));
    const query = checked(eventsQuery, c.req.query());
    await using store = openSqliteStore(folder.events, { readOnly: true });
    const last = await store.lastSequence();
    return c.json({ events: await collect(store.read(query)), last });
  });

  routes.get("/:run/stream", async (c) => {
    const folder = await folderOf(c.req.param("run"));
    // A browser that reconnects repeats the address and says in the header how far it has got.
    const lastEventId = c.req.header("last-event-id") || undefined;
    const { after, ...query } = checked(streamQuery, { after: c.req.query("after"), lastEventId });
    const body = await feeds.listen(folder, c.env.outgoing, query.lastEventId ?? after);
    return c.body(body as ReadableStream, 200, {
      "Content-Type": "text/event-stream",
      // Asks proxies to pass on each event at once.
      "X-Accel-Buffering": "no",
    });
  });

  routes.post("/:run/stop", async (c) => {
    const { run } = await folderOf(c.req.param("run"));
    if (!stop(run)) {
      throw new ApiError(
        "dashboard.not-carried",
        409,
        "This process does not carry that run, so it cannot stop it.",
      );
    }
    return c.json({ run, stopping: true }, 202);
  });
  return routes;
}

function listed(known: IndexedRun): ListedRun {
  const { run, recipe, task, state, rounds, finished, accuracy, best, startedAt, updatedAt, clients, seed } =
    known;
  return { run, recipe, task, state, rounds, finished, accuracy, best, startedAt, updatedAt, clients, seed };
}

function checked<T>(schema: z.ZodType<T>, query: unknown): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const [{ path }] = result.error.issues;
  const name = path[0] === "lastEventId" ? "Last-Event-ID" : String(path[0]);
  throw new ApiError("dashboard.query", 400, `${name} is not a whole number in its range.`);
}

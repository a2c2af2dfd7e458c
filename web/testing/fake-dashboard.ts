import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { RunEvent } from "../../src/records/events.ts";
import { effectiveRanges } from "../../src/records/history.ts";
import type { ListedRun, RunState } from "../../src/records/live/listed-run.ts";
import { foldDigest } from "../../src/records/report/digest.ts";
import type { Role } from "../dashboard/api.ts";

const types: Readonly<Record<string, string>> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" },
};

/** As strict as the real server: everything of this origin only, nothing inline. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

interface FakeRun {
  readonly log: RunEvent[];
  readonly streams: Set<ServerResponse>;
  state: RunState;
}

/** The built page and the dashboard's API over event logs in memory, which tests let grow. */
export class FakeDashboard implements AsyncDisposable {
  readonly runs = new Map<string, FakeRun>();
  readonly token = "a-token";
  role: Role = "operator";
  /** What the page has asked for, as "GET /api/runs". */
  readonly asked: string[] = [];
  /** Whether requests to the API are left without an answer that makes sense, as by a server that is starting. */
  isDown = false;
  readonly #folder: string;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #sessions = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder the built pages */
  static async open(folder: string): Promise<FakeDashboard> {
    const fake = new FakeDashboard(folder);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/dashboard/`;
  }

  add(run: string, events: readonly RunEvent[], state: RunState = "finished"): void {
    this.runs.set(run, { log: [...events], streams: new Set(), state });
  }

  /** A run records more events. */
  record(run: string, ...events: RunEvent[]): void {
    const { log, streams } = this.runs.get(run)!;
    for (const event of events) {
      log.push(event);
      for (const stream of streams) stream.write(frame(event));
    }
  }

  /** Sends the last events once more, as after a connection that was lost at a bad moment. */
  repeat(run: string, count: number): void {
    const { log, streams } = this.runs.get(run)!;
    for (const event of log.slice(-count)) for (const stream of streams) stream.write(frame(event));
  }

  /** Ends all connections that wait for events. */
  dropStreams(): void {
    for (const { streams } of this.runs.values()) for (const stream of streams) stream.destroy();
  }

  /** Forgets who has signed in. */
  forget(): void {
    this.#sessions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://localhost");
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (!url.pathname.startsWith("/api/")) {
      this.#file(url.pathname, response);
      return;
    }
    this.asked.push(`${request.method} ${url.pathname}`);
    if (this.isDown) return answer(response, 503, {});
    const path = decodeURIComponent(url.pathname.slice("/api/".length));
    if (path === "login") {
      if (JSON.parse(await bodyOf(request)).token !== this.token) return refuse(response, 401, "wrong token");
      const session = String(Math.random());
      this.#sessions.add(session);
      response.setHeader("Set-Cookie", `coterie=${session}; HttpOnly; SameSite=Strict; Path=/`);
      return answer(response, 200, { role: this.role });
    }
    const session = /coterie=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    if (!this.#sessions.has(session)) return refuse(response, 401, "no session");
    if (path === "me") return answer(response, 200, { role: this.role });
    if (path === "runs") return answer(response, 200, { runs: [...this.runs.keys()].map(this.#listed) });
    const [, name, what] = /^runs\/(.+)\/(events|stream|stop)$/.exec(path) ?? [];
    const run = this.runs.get(name);
    if (!run) return refuse(response, 404, "There is no such run.");
    if (what === "stop") {
      const isOwn = request.headers["x-coterie"] === "1" && request.method === "POST";
      return isOwn ? answer(response, 202, { run: name, stopping: true }) : refuse(response, 403, "forged");
    }
    const after = Number(url.searchParams.get("after") ?? 0);
    if (what === "events") {
      const events = effective(run.log).filter(({ sequence }) => sequence > after);
      const limit = Number(url.searchParams.get("limit") ?? 1000);
      return answer(response, 200, { events: events.slice(0, limit), last: run.log.length });
    }
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    for (const event of effective(run.log)) if (event.sequence > after) response.write(frame(event));
    if (run.state === "finished" || run.state === "failed") {
      response.end("event: end\ndata: {}\n\n");
      return;
    }
    response.write(": here\n\n");
    run.streams.add(response);
    response.on("close", () => run.streams.delete(response));
  }

  readonly #listed = (run: string): ListedRun => {
    const { log, state } = this.runs.get(run)!;
    const digest = foldDigest();
    for (const event of effective(log)) digest.add(event);
    const { started, summary } = digest.result();
    return {
      ...{ run, recipe: summary.recipe, task: summary.task, state, rounds: started.rounds },
      finished: summary.rounds.length,
      ...{ accuracy: summary.final?.accuracy ?? null, best: summary.best?.accuracy ?? null },
      ...{
        startedAt: started.wall,
        updatedAt: log.at(-1)!.wall,
        clients: summary.clients,
        seed: summary.seed,
      },
    };
  };

  #file(path: string, response: ServerResponse): void {
    const file = join(this.#folder, normalize(path.endsWith("/") ? `${path}index.html` : path));
    if (!file.startsWith(this.#folder) || !existsSync(file)) {
      refuse(response, 404, "no such file");
      return;
    }
    response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  }
}

function effective(log: readonly RunEvent[]): RunEvent[] {
  const resumes = log.filter((event) => event.kind === "run-resumed");
  return effectiveRanges(resumes, log.length).flatMap(({ from, to }) => log.slice(from - 1, to));
}

function frame(event: RunEvent): string {
  return `id: ${event.sequence}\nevent: run\ndata: ${JSON.stringify(event)}\n\n`;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  answer(response, status, { error: { code: "dashboard.fake", message } });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

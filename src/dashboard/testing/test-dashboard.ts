/** A dashboard over a new folder, on a real socket, and what the tests ask it with. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type RunEvent, summarize } from "../../records/index.ts";
import { openSqliteStore, type RunFolder, runFolder } from "../../records/node/index.ts";
import { type SampleOptions, sampleLog } from "../../testing/sample-log.ts";
import { createDashboard, type DashboardOptions } from "../dashboard.ts";
import { listenDashboard } from "../listen.ts";

export const tokens = { observer: "observer-token", operator: "operator-token" };
export const asObserver = { authorization: `Bearer ${tokens.observer}` };
export const asOperator = { authorization: `Bearer ${tokens.operator}` };

export interface TestDashboard extends AsyncDisposable {
  readonly root: string;
  readonly url: string;
  /** What `onError` was told. */
  readonly errors: unknown[];
}

export async function testDashboard(options: Partial<DashboardOptions> = {}): Promise<TestDashboard> {
  const root = mkdtempSync(join(tmpdir(), "coterie-dashboard-"));
  const errors: unknown[] = [];
  const dashboard = createDashboard({
    ...{ folder: root, tokens, hosts: ["127.0.0.1"], onError: (error) => errors.push(error) },
    ...options,
  });
  const listening = await listenDashboard(dashboard, { host: "127.0.0.1", port: 0 });
  return {
    ...{ root, url: listening.url, errors },
    async [Symbol.asyncDispose]() {
      await listening.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Adds events to the log of a run, which is made when missing. */
export async function writeRun(root: string, run: string, events: readonly RunEvent[]): Promise<RunFolder> {
  const folder = runFolder(join(root, run));
  mkdirSync(folder.path, { recursive: true });
  await using store = openSqliteStore(folder.events);
  await store.append(events);
  return folder;
}

/** A sample log whose last event, in a finished one, holds the summary of its rounds, as that of a real run does. */
export function realLog(options: SampleOptions): RunEvent[] {
  return sampleLog(options).map((event, _, log) => {
    if (event.kind !== "run-finished") return event;
    const { final, best, ...facts } = summarize(log);
    return { ...event, summary: { ...event.summary, ...facts, final: final!, best: best! } };
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks as it is told, where `fetch` would tidy up the path and send a host of its own. */
export function ask(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(url);
    request({ host: hostname, port, path, agent: false, ...rest }, async (incoming) => {
      done({ status: incoming.statusCode!, headers: incoming.headers, body: await text(incoming) });
    })
      .on("error", failed)
      .end(body);
  });
}

/** The code in the body of a refusal. */
export function codeOf({ body }: Answer): string {
  const { error } = JSON.parse(body) as { error: { code: string; message: string } };
  return error.code;
}

export interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
}

/** The server-sent events of an answer, one at a time; comments have no data. */
export async function* streamed(response: Response): AsyncGenerator<StreamedEvent> {
  let waiting = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (waiting + chunk).split("\n\n");
    waiting = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      yield { id: field("id"), event: field("event"), data: field("data") };
    }
  }
}

import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { IncomingMessage, type Server, ServerResponse } from "node:http";
import { connect, Socket } from "node:net";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collect, type EventBody, type RunEvent } from "../records/index.ts";
import { openSqliteStore, runFolder } from "../records/node/index.ts";
import { sampleLog } from "../testing/sample-log.ts";
import { createDashboard } from "./dashboard.ts";
import { EventStream } from "./event-stream.ts";
import {
  ask,
  asObserver,
  codeOf,
  type StreamedEvent,
  streamed,
  type TestDashboard,
  testDashboard,
  tokens,
  writeRun,
} from "./testing/test-dashboard.ts";

const log = sampleLog({ run: "live", rounds: 4, clients: 5 });
let dashboard: TestDashboard;

beforeEach(async () => {
  dashboard = await testDashboard();
});

afterEach(async () => {
  vi.useRealTimers();
  await dashboard[Symbol.asyncDispose]();
});

interface Listener {
  /** The next message that has data. */
  next(): Promise<StreamedEvent>;
  nextIds(count: number): Promise<number[]>;
  /** Whatever is left; the stream must end. */
  rest(): Promise<StreamedEvent[]>;
  leave(): void;
}

async function listen(query = "", headers: Record<string, string> = {}): Promise<Listener> {
  const leaving = new AbortController();
  const response = await fetch(`${dashboard.url}/api/runs/live/stream${query}`, {
    headers: { ...asObserver, ...headers },
    signal: leaving.signal,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const messages = streamed(response);
  const next = async (): Promise<StreamedEvent> => {
    for (;;) {
      const { done, value } = await messages.next();
      if (done) throw new Error("The stream has ended.");
      if (value.data !== undefined) return value;
    }
  };
  // The head, which tells how soon to reconnect.
  expect(await messages.next()).toMatchObject({ value: { data: undefined } });
  return {
    next,
    async nextIds(count) {
      const ids: number[] = [];
      while (ids.length < count) ids.push(Number((await next()).id));
      return ids;
    },
    rest: () => collect(messages),
    leave: () => leaving.abort(),
  };
}

const append = (events: readonly RunEvent[]) => writeRun(dashboard.root, "live", events);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("sends what is in the log, then what another connection adds, and ends with the run", async () => {
  await append(log.slice(0, 10));
  const listener = await listen();
  expect(await listener.next()).toEqual({ id: "1", event: "run", data: JSON.stringify(log[0]) });
  expect(await listener.nextIds(9)).toEqual(range(2, 10));
  for (const event of log.slice(10, 14)) {
    await append([event]);
    expect(await listener.next()).toMatchObject({ id: String(event.sequence) });
  }
  await append(log.slice(14));
  const rest = await listener.rest();
  expect(rest.slice(0, -1).map(({ id }) => Number(id))).toEqual(range(15, log.length));
  expect(rest.at(-1)).toEqual({ id: undefined, event: "end", data: '{"state":"finished"}' });
});

test("goes on after what a listener has seen: Last-Event-ID of a reconnecting browser, else ?after", async () => {
  await append(log.slice(0, 20));
  expect(await (await listen("?after=18")).nextIds(2)).toEqual([19, 20]);
  const back = await listen("?after=5", { "last-event-id": "17" });
  expect(await back.nextIds(3)).toEqual([18, 19, 20]);
  await append(log.slice(20, 22));
  expect(await back.nextIds(2)).toEqual([21, 22]);
  // A number beyond the end is taken as the end.
  const ahead = await listen("?after=999999");
  await append(log.slice(22, 23));
  expect(await ahead.nextIds(1)).toEqual([23]);

  const wrong = await ask(dashboard.url, "/api/runs/live/stream", {
    headers: { ...asObserver, "last-event-id": "1 OR 1" },
  });
  expect([wrong.status, codeOf(wrong)]).toEqual([400, "dashboard.query"]);
});

test("does not repeat what a newcomer has seen since the last look at the log", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await append(log.slice(0, 20));
  const first = await listen("?after=19");
  await first.nextIds(1);
  await append(log.slice(20, 22));
  const second = await listen("?after=22");
  await append(log.slice(22, 23));
  vi.advanceTimersByTime(250);
  expect(await second.nextIds(1)).toEqual([23]);
  expect(await first.nextIds(3)).toEqual([21, 22, 23]);
});

test("sends a resume to those who have seen what it supersedes, and the rest to those who come later", async () => {
  await append(log.slice(0, 20));
  const early = await listen("?after=19");
  expect(await early.nextIds(1)).toEqual([20]);
  const resumed: RunEvent = { kind: "run-resumed", after: 12, sequence: 21, at: 0, wall: 0 };
  await append([resumed, { ...log[12], sequence: 22 }]);
  expect(JSON.parse((await early.next()).data!)).toEqual(resumed);
  expect(await early.nextIds(1)).toEqual([22]);
  expect(await (await listen("?after=10")).nextIds(4)).toEqual([11, 12, 21, 22]);
});

test("of a run that failed ends at once for who has seen all, and goes on when it is resumed", async () => {
  const failure: EventBody = { kind: "run-failed", code: "run.failed", message: "It broke.", round: 2 };
  await append([...log.slice(0, 5), { ...failure, sequence: 6, at: 0, wall: 0 }]);
  expect(await (await listen("?after=6")).rest()).toEqual([
    { id: undefined, event: "end", data: '{"state":"failed"}' },
  ]);
  await append([{ kind: "run-resumed", after: 4, sequence: 7, at: 0, wall: 0 }]);
  expect(await (await listen("?after=6")).nextIds(1)).toEqual([7]);
});

test("does not keep the writer from tidying up the log", async () => {
  const folder = await append(log.slice(0, 3));
  const listener = await listen();
  await listener.nextIds(3);
  {
    await using store = openSqliteStore(folder.events);
    await store.append(log.slice(3, 5));
    await listener.nextIds(2);
  }
  // The writer could fold its write-ahead log into the file: no reader held it open.
  expect(readdirSync(folder.path)).toEqual(["events.sqlite"]);
  listener.leave();
});

test("has room for 64 listeners, and for another when one has left", async () => {
  await append(log.slice(0, 1));
  const listeners = await Promise.all(range(1, 64).map(() => listen()));
  const path = "/api/runs/live/stream";
  const refused = await ask(dashboard.url, path, { headers: asObserver });
  expect([refused.status, codeOf(refused)]).toEqual([503, "dashboard.listeners"]);
  listeners[10].leave();
  await vi.waitFor(async () => {
    const response = await fetch(`${dashboard.url}${path}`, { headers: asObserver });
    expect(response.status).toBe(200);
  });
});

test("asking for the head alone takes no room", async () => {
  await append(log.slice(0, 1));
  for (let i = 0; i < 70; i++) {
    const options = { method: "HEAD", headers: asObserver };
    expect((await ask(dashboard.url, "/api/runs/live/stream", options)).status).toBe(200);
  }
});

test("drops a listener that does not read, and keeps idle ones alive", async () => {
  const server = createAdaptorServer({
    fetch: createDashboard({ folder: dashboard.root, tokens, hosts: ["127.0.0.1"] }).app.fetch,
    overrideGlobalObjects: false,
  }) as Server;
  const address = (await once(server.listen(0, "127.0.0.1"), "listening")) && server.address();
  const { port } = address as { port: number };
  // More than the buffers of a connection hold.
  const large: EventBody = { kind: "refused", from: "x", code: "frame.size", reason: "x".repeat(200_000) };
  await append([log[0], ...range(2, 150).map((sequence) => ({ ...large, sequence, at: 0, wall: 0 }))]);

  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const accepted = once(server, "connection");
  const deaf = connect(port, "127.0.0.1");
  const headers = [`Host: 127.0.0.1:${port}`, `Authorization: ${asObserver.authorization}`];
  deaf.write(`GET /api/runs/live/stream HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  const [socket] = await accepted;
  let isClosed = false;
  const closed = once(socket, "close").then(() => {
    isClosed = true;
  });
  // Reading is over when the connection takes no more.
  await vi.waitFor(() => expect(socket.writableNeedDrain).toBe(true), { interval: 1 });

  const response = await fetch(`http://127.0.0.1:${port}/api/runs/live/stream?after=150`, {
    headers: asObserver,
  });
  const idle = streamed(response);
  await idle.next();
  const heartbeat = idle.next();
  vi.advanceTimersByTime(15_000);
  expect(await heartbeat).toMatchObject({ value: { data: undefined } });
  const another = idle.next();
  expect(isClosed).toBe(false);
  vi.advanceTimersByTime(15_000);
  await closed;
  expect(await another).toMatchObject({ done: false });
  deaf.destroy();
  server.closeAllConnections();
});

test("ends when the run's folder is removed", async () => {
  await append(log.slice(0, 3));
  const listener = await listen();
  await listener.nextIds(3);
  rmSync(runFolder(join(dashboard.root, "live")).path, { recursive: true });
  await expect(listener.next()).rejects.toThrow();
  expect(dashboard.errors).toMatchObject([{ code: "records.store.missing" }]);
});

test("ends when the log has become another, shorter one", async () => {
  const { events: file } = await append(log.slice(0, 5));
  const before = { file, last: 20, end: null, isClosing: false };
  const stream = new EventStream(before, new ServerResponse(new IncomingMessage(new Socket())));
  expect(await collect(stream.texts(10))).toEqual(["retry: 1000\n\n"]);
});

test("gives listeners what the log holds when the server ends", async () => {
  // No look but the last one.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await append(log.slice(0, 3));
  const listener = await listen();
  await listener.nextIds(3);
  await append(log.slice(3, 8));
  const rest = listener.rest();
  await dashboard[Symbol.asyncDispose]();
  expect((await rest).map(({ id }) => Number(id))).toEqual(range(4, 8));
  dashboard = await testDashboard();
});

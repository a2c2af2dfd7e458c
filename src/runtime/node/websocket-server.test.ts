import { once } from "node:events";
import type { ServerOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { sessionContract } from "../session/session.contract.ts";
import { HandClock } from "../session/testing/hand-clock.ts";
import { HOME, overWebSockets, type WebSocketTransport } from "../session/testing/over-websockets.ts";
import { type SceneOptions, setScene } from "../session/testing/scene.ts";
import { webSocketConnection } from "./websocket-connection.ts";

sessionContract("WebSockets", overWebSockets);

/** A scene over WebSockets, and the server's own figures. */
async function serve({ server, ...options }: SceneOptions & { server?: ServerOptions } = {}) {
  let transport: WebSocketTransport | undefined;
  const scene = await setScene({
    ...options,
    transport: async (reception) => {
      transport = await overWebSockets(reception, server);
      return transport;
    },
  });
  const { port, connections } = transport!;
  return { scene, port, connections };
}

/** A bare TCP connection, and what the server says on it. */
async function dial(port: number, words = "") {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const state = { socket, heard: "", ended: false };
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    state.heard += bytes.toString("latin1");
  });
  // The server has closed its side; this one stays open.
  socket.on("end", () => {
    state.ended = true;
  });
  socket.on("close", () => {
    state.ended = true;
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(words);
  return state;
}

function upgradeRequest({ path = "/session", headers = "" } = {}): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers}\r\n`
  );
}

/** A WebSocket that this project's client would not be, and the code with which it was closed. */
async function bareSocket(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/session`, { perMessageDeflate: true });
  const state = { socket, closed: undefined as number | undefined };
  socket.on("error", () => {});
  socket.on("close", (code) => {
    state.closed = code;
  });
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return state;
}

describe("the server's WebSockets", () => {
  test.each([
    { what: "the path of the sessions", request: {}, status: "101" },
    { what: "a query behind it", request: { path: "/session?x=1" }, status: "101" },
    { what: "another path", request: { path: "/" }, status: "404" },
    { what: "a path below", request: { path: "/session/x" }, status: "404" },
    { what: "a page from home", request: { headers: `Origin: ${HOME}\r\n` }, status: "101" },
    {
      what: "a page from elsewhere",
      request: { headers: "Origin: https://evil.example\r\n" },
      status: "403",
    },
    { what: "a page from nowhere", request: { headers: "Origin: null\r\n" }, status: "403" },
    {
      what: "a page from elsewhere, another path",
      request: { path: "/x", headers: "Origin: x\r\n" },
      status: "404",
    },
  ])("answer $what with $status", async ({ request, status }) => {
    const { port, scene } = await serve();
    const state = await dial(port, upgradeRequest(request));
    await expect.poll(() => state.heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(scene.reception.pending).toBe(status === "101" ? 1 : 0);
  });

  test("let go of a refused request even when the other side does not", async () => {
    const { port, connections } = await serve();
    const states = await Promise.all(
      Array.from({ length: 20 }, () => dial(port, upgradeRequest({ path: "/elsewhere" }))),
    );
    await expect.poll(() => states.every(({ ended }) => ended)).toBe(true);
    await expect.poll(connections).toBe(0);
  });

  test("survive that a refused request is reset the moment it was made", async () => {
    const { port, connections, scene } = await serve();
    for (let i = 0; i < 50; i++) {
      const { socket } = await dial(port, upgradeRequest({ path: "/elsewhere" }));
      socket.resetAndDestroy();
    }
    await expect.poll(connections).toBe(0);
    const { welcomes } = await scene.client("ann");
    await scene.until(() => welcomes.length === 1);
  });

  test("take no compression, because a small message would swell", async () => {
    const { port } = await serve();
    const { socket } = await bareSocket(port);
    expect(socket.extensions).toBe("");
  });

  test.each([
    {
      what: "a piece of one byte too many",
      code: 1009,
      send: (socket: WebSocket) => socket.send(new Uint8Array(65_537)),
    },
    {
      what: "many fragments of one piece",
      code: 1009,
      send: (socket: WebSocket) => {
        for (let i = 0; i < 3; i++) socket.send(new Uint8Array(30_000), { fin: false });
      },
    },
    {
      what: "crumbs of one piece",
      code: 1008,
      send: (socket: WebSocket) => {
        for (let i = 0; i < 20; i++) socket.send(Uint8Array.of(i), { fin: false });
      },
    },
    {
      what: "text that is not UTF-8",
      code: 1007,
      send: (socket: WebSocket) => socket.send(Uint8Array.of(0xc3, 0x28), { binary: false }),
    },
  ])("end a connection with $what", async ({ code, send }) => {
    const { port, scene, connections } = await serve();
    const state = await bareSocket(port);
    send(state.socket);
    await expect.poll(() => state.closed).toBe(code);
    await expect.poll(connections).toBe(0);
    expect(scene.reception.pending).toBe(0);
    expect(scene.log).toEqual([]);
  });

  test("end a connection on which one piece comes byte by byte", async () => {
    const { port, connections } = await serve();
    const state = await dial(port, upgradeRequest());
    await expect.poll(() => state.heard).toMatch(/^HTTP\/1.1 101 /);
    state.socket.setNoDelay(true);
    // A binary frame of 1000 bytes, masked with zeros (RFC 6455, section 5.2).
    state.socket.write(Uint8Array.of(0x82, 0xfe, 1000 >> 8, 1000 & 255, 0, 0, 0, 0));
    for (let i = 0; i < 999 && !state.ended; i++) {
      await new Promise<void>((resolve) => state.socket.write(Uint8Array.of(0), () => setImmediate(resolve)));
    }
    await expect.poll(() => state.ended).toBe(true);
    state.socket.destroy();
    await expect.poll(connections).toBe(0);
  });

  test("end a connection that does not speak WebSocket any more", async () => {
    const { port, scene, connections } = await serve();
    const state = await dial(port, `${upgradeRequest()}GET / HTTP/1.1\r\n\r\n`);
    await expect.poll(() => state.ended).toBe(true);
    state.socket.destroy();
    await expect.poll(connections).toBe(0);
    expect(scene.reception.pending).toBe(0);
  });

  test("know that a closed page does not come back, and that a lost connection may", async () => {
    const { scene, port } = await serve();
    const { client, log, until, reception } = scene;
    const sockets: WebSocket[] = [];
    const page = await client("page", {
      clock: new HandClock(),
      async connect() {
        const { socket } = await bareSocket(port);
        sockets.push(socket);
        return webSocketConnection(socket);
      },
    });
    await until(() => page.welcomes.length === 1);
    sockets[0].close(1001);
    await until(() => log.length === 2);
    expect(log).toEqual(["page joined", "page left: left"]);
    const losing = await client("program", { clock: new HandClock() });
    await until(() => losing.welcomes.length === 1);
    losing.connections[0].close();
    await expect.poll(() => reception.guests()).toMatchObject([{ name: "program", connected: false }]);
    expect(log).toHaveLength(3);
  });

  test("get rid of those who send the head of their request too slowly", async () => {
    const { port, scene, connections } = await serve({
      server: { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 },
    });
    const slow = await Promise.all(
      Array.from({ length: 100 }, () => dial(port, "GET /session HTTP/1.1\r\nHost: x\r\n")),
    );
    const drip = setInterval(() => {
      for (const { socket } of slow) socket.write("X: y\r\n");
    }, 50);
    onTestFinished(() => clearInterval(drip));
    const silent = await dial(port);
    const { welcomes } = await scene.client("ann");
    await scene.until(() => welcomes.length === 1);
    await expect.poll(() => slow.every(({ ended }) => ended), { timeout: 10_000 }).toBe(true);
    await expect.poll(() => silent.ended, { timeout: 10_000 }).toBe(true);
    for (const { heard } of slow) expect(heard).toMatch(/^HTTP\/1.1 408 /);
    // Whoever has upgraded is not in a hurry any more.
    await expect.poll(connections).toBe(1);
    expect(scene.reception.guests()).toMatchObject([{ name: "ann", connected: true }]);
  });

  test("let true clients in while thousands of idle strangers come, and forget the strangers", async () => {
    const STRANGERS = 10_000;
    const PENDING = 256;
    const BYTES_EACH = 500;
    const { port, scene, connections } = await serve({ limits: { pending: PENDING } });
    const { refused: crowded } = scene;
    const early = await scene.client("early");
    await scene.until(() => early.welcomes.length === 1);
    let memory: { readonly inUse: number; readonly come: number } | undefined;
    // Both ends are in this process.
    const atOnce = Math.min(2500, Math.floor((openFilesLimit() - 500) / 2));
    let seconds = 0;
    for (let come = 0; come < STRANGERS; come += atOnce) {
      const size = Math.min(atOnce, STRANGERS - come);
      let upgraded = 0;
      const wave = await Promise.all(Array.from({ length: size }, () => stranger(port, () => upgraded++)));
      const began = performance.now();
      const { welcomes, dial: entered, ends } = await scene.client(`client-${come}`);
      await scene.until(() => welcomes.length === 1);
      seconds = Math.max(seconds, (performance.now() - began) / 1000);
      await expect.poll(() => upgraded, { timeout: 20_000 }).toBe(size);
      expect(scene.reception.pending).toBeLessThanOrEqual(PENDING);
      expect(crowded.length).toBeGreaterThanOrEqual(come + size - PENDING * Math.ceil((come + 1) / atOnce));
      entered.leave();
      await scene.until(() => ends.length === 1);
      for (const socket of wave) socket.destroy();
      await expect.poll(connections, { timeout: 20_000 }).toBe(1);
      // After the first wave, so what a process makes once does not count.
      memory ??= { inUse: await memoryInUse(), come: come + size };
    }
    expect(seconds).toBeLessThan(5);
    expect(scene.reception.pending).toBe(0);
    expect(new Set(crowded)).toEqual(new Set(["stranger session.crowded"]));
    expect(early.ends).toEqual([]);
    // A connection that is kept costs thousands of bytes; what is given back late is given time.
    const { inUse, come } = memory!;
    const kept = async () => ((await memoryInUse()) - inUse) / (STRANGERS - come);
    await expect.poll(kept, { timeout: 20_000 }).toBeLessThan(BYTES_EACH);
  }, 120_000);
});

/** Asks for a WebSocket, and says nothing any more. */
async function stranger(port: number, upgraded: () => void): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.once("data", upgraded);
  await once(socket, "connect");
  socket.write(upgradeRequest());
  return socket;
}

/** Bytes in use when collecting gives no more back. */
async function memoryInUse(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  let [least, isLess] = [Number.POSITIVE_INFINITY, true];
  while (isLess) {
    // What a collection finalises is let go of in a later turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    isLess = heapUsed + external < least - MARGIN;
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** Bytes by which one measurement differs from the next. */
const MARGIN = 50_000;

/** Files and sockets that this process may open. */
function openFilesLimit(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files: { soft: number | "unlimited" } };
  };
  const limit = userLimits?.open_files.soft ?? "unlimited";
  return limit === "unlimited" ? 1e6 : limit;
}

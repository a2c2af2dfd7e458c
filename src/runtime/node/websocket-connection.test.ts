import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { connectWebSocket } from "./websocket-client.ts";
import { webSocketConnection } from "./websocket-connection.ts";

const MIB = 2 ** 20;

/** Both ends of a socket on this machine. */
async function pair() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, "listening");
  const near = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[far]] = (await Promise.all([once(server, "connection"), once(near, "open")])) as [
    [WebSocket],
    unknown,
  ];
  return { near, far, connection: webSocketConnection(near), peer: webSocketConnection(far) };
}

/** What a connection hears. */
function hearing(connection: ReturnType<typeof webSocketConnection>) {
  const state = { pieces: [] as (string | number)[], bytes: 0, closed: 0 };
  connection.listen({
    text: (text) => state.pieces.push(text),
    bytes: (bytes) => {
      state.pieces.push(bytes.length);
      state.bytes += bytes.length;
    },
    closed: () => state.closed++,
  });
  return state;
}

describe("a connection over a WebSocket", () => {
  test("keeps the order of text and bytes, and leaves the bytes as they were", async () => {
    const { connection, peer } = await pair();
    const heard = hearing(peer);
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    const before = bytes.slice();
    connection.sendText("Zoë");
    connection.sendBytes(bytes.subarray(0, 65_536));
    connection.sendText("");
    connection.sendBytes(bytes.subarray(65_536));
    await expect.poll(() => heard.pieces).toEqual(["Zoë", 65_536, "", 4464]);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  test("is drained while little waits, and holds its sender back while much does", async () => {
    const { connection, far, peer } = await pair();
    const heard = hearing(peer);
    await connection.drained();
    far.pause();
    let isDrained = true;
    let sent = 0;
    // What the kernel takes on both sides is not in our hands.
    while (isDrained) {
      connection.sendBytes(new Uint8Array(MIB));
      sent += MIB;
      isDrained = false;
      void connection.drained().then(() => {
        isDrained = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(sent).toBeLessThan(100 * MIB);
    }
    far.resume();
    await expect.poll(() => isDrained).toBe(true);
    await expect.poll(() => heard.bytes).toBe(sent);
  });

  test("holds nobody back once it has ended", async () => {
    const { connection, near, far } = await pair();
    far.pause();
    for (let i = 0; i < 30; i++) connection.sendBytes(new Uint8Array(MIB));
    const drained = connection.drained();
    near.terminate();
    await drained;
    await connection.drained();
    connection.sendText("too late");
    connection.sendBytes(new Uint8Array(1));
    connection.close();
  });

  test("ends with a peer that asks and asks and never reads", async () => {
    const { connection, near, far } = await pair();
    far.pause();
    const heard = hearing(connection);
    let most = 0;
    for (let i = 0; i < 3000 && near.readyState === near.OPEN; i++) {
      connection.sendText("x".repeat(65_536));
      most = Math.max(most, near.bufferedAmount);
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => heard.closed).toBe(1);
    expect(most).toBeLessThan(9 * MIB);
  });

  test("tells both sides once that it has ended, whoever ended it and however often", async () => {
    const { connection, peer } = await pair();
    const [near, far] = [hearing(connection), hearing(peer)];
    connection.sendText("farewell");
    for (let i = 0; i < 20; i++) connection.close();
    await expect.poll(() => [near.closed, far.closed]).toEqual([1, 1]);
    expect(far.pieces).toEqual(["farewell"]);
    // Even to those who come late.
    const late = hearing(connection);
    await expect.poll(() => late.closed).toBe(1);
  });

  test("ends also when the peer does not answer, after a while", async () => {
    const { connection, far } = await pair();
    const state = hearing(connection);
    far.pause();
    connection.close();
    await expect.poll(() => state.closed, { timeout: 10_000 }).toBe(1);
  });
});

describe("connecting", () => {
  test("fails where nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    await expect(connectWebSocket(`ws://127.0.0.1:${port}/session`)).rejects.toThrow("ECONNREFUSED");
  });

  test("fails where no WebSocket is", async () => {
    const server = createHttpServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(connectWebSocket(`ws://127.0.0.1:${port}/session`)).rejects.toThrow("200");
  });

  test("fails where something else hangs up", async () => {
    const server = createServer((socket) => void socket.destroy()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(connectWebSocket(`ws://127.0.0.1:${port}/session`)).rejects.toThrow(/ECONNRESET|hang up/);
  });
});

/**
 * How fast bytes go to a server and back, over a session of ours or over a bare WebSocket. The server runs in a
 * process of its own. Runs in a child process of `bench/fabric.ts`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { nativeIdentity } from "../../src/runtime/node/native-identity.ts";
import { systemClock } from "../../src/runtime/node/system-clock.ts";
import { connectWebSocket } from "../../src/runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../../src/runtime/node/websocket-server.ts";
import { Dial } from "../../src/runtime/session/dial.ts";
import { generateKeyPair } from "../../src/runtime/session/identity.ts";
import { Reception } from "../../src/runtime/session/reception.ts";
import { answer } from "./child.ts";

export interface EchoCase {
  readonly over: "session" | "websocket";
  /** Bytes of each message. */
  readonly bytes: number;
  /** No message but the first is sent after this many seconds. */
  readonly seconds: number;
}

export interface EchoResult {
  /** Bytes per second, there and back added up. */
  readonly bytesPerSecond: number;
}

const MIB = 2 ** 20;
const LIMITS = {
  maxMessageBytes: 4096 * MIB,
  heartbeat: 10,
  controlsPerSecond: 1e6,
  grace: 10,
  pending: 8,
  incomingBytes: 4096 * MIB,
};

if (process.argv[2] === "serve") await serve(process.argv[3] as EchoCase["over"]);
else await answer<EchoCase, EchoResult>(measure);

async function serve(over: EchoCase["over"]): Promise<void> {
  const server = createServer();
  if (over === "websocket") {
    const sockets = new WebSocketServer({ server, maxPayload: 1024 * MIB, perMessageDeflate: false });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  } else {
    const reception = new Reception({
      identity: await nativeIdentity(await generateKeyPair({ extractable: true })),
      clock: systemClock,
      limits: LIMITS,
      admit: async () => "client",
      joined: () => {},
      left: () => {},
      deliver: (from, frame) => reception.send(from, frame),
      refuse: (_, error) => {
        throw error;
      },
    });
    acceptWebSockets(server, reception, { allows: () => true });
  }
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send!((server.address() as AddressInfo).port);
}

async function measure({ over, bytes, seconds }: EchoCase): Promise<EchoResult> {
  const child = fork(new URL(import.meta.url), ["serve", over], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const [port] = await once(child, "message");
    const { echo, end } = await (over === "session" ? sessionEcho(port) : webSocketEcho(port));
    await echo(new Uint8Array(8));
    const begin = performance.now();
    let messages = 0;
    // A new message each time: a session hashes what it sends, and remembers the hash of what it has sent before.
    do {
      await echo(new Uint8Array(bytes).fill(messages++));
    } while (performance.now() - begin < seconds * 1000);
    const bytesPerSecond = (2 * messages * bytes) / ((performance.now() - begin) / 1000);
    end();
    return { bytesPerSecond };
  } finally {
    child.kill();
  }
}

interface Echo {
  readonly echo: (message: Uint8Array) => Promise<unknown>;
  readonly end: () => void;
}

async function webSocketEcho(port: number): Promise<Echo> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
    maxPayload: 1024 * MIB,
    perMessageDeflate: false,
  });
  await once(socket, "open");
  return {
    echo: (message) => {
      socket.send(message);
      return once(socket, "message");
    },
    end: () => socket.close(),
  };
}

async function sessionEcho(port: number): Promise<Echo> {
  const identity = await nativeIdentity(await generateKeyPair({ extractable: true }));
  let arrived = (_: unknown): void => {};
  const dial = await new Promise<Dial>((resolve, reject) => {
    const dial = new Dial({
      connect: () => connectWebSocket(`ws://127.0.0.1:${port}/session`),
      clock: systemClock,
      identity,
      expect: async () => {},
      random: () => 0,
      maxMessageBytes: LIMITS.maxMessageBytes,
      renewed: () => resolve(dial),
      deliver: (frame) => arrived(frame),
      refuse: reject,
      status: () => {},
      over: () => {},
    });
    dial.start();
  });
  return {
    echo: (message) =>
      new Promise((resolve) => {
        arrived = resolve;
        dial.send(message);
      }),
    end: () => dial.leave(),
  };
}

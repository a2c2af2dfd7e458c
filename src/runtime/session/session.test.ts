import { describe, expect, test } from "vitest";
import { ByteBudget } from "./byte-budget.ts";
import { createIdentity } from "./identity.ts";
import {
  bytesOf,
  LIMITS,
  type PlayedOptions,
  type PlayedPeer,
  playSession,
} from "./testing/played-session.ts";

const MIB = 2 ** 20;
const FRAME = bytesOf(100, 1);
const OTHER = bytesOf(100, 2);
const LARGE = bytesOf(200_000, 3);

type Played = Awaited<ReturnType<typeof playSession>>;

/** A rule that is broken: what the peer does, with which code it is refused, and how many messages came before. */
interface Breach {
  readonly what: string;
  readonly code: string;
  readonly delivered?: number;
  readonly options?: PlayedOptions;
  readonly act: (peer: PlayedPeer, played: Played) => Promise<unknown> | unknown;
}

const announcement = { kind: "message", sequence: 1, bytes: FRAME.length };

const breaches: readonly Breach[] = [
  {
    what: "a message signed by somebody else",
    code: "session.signature",
    act: async (peer) => peer.small(1, FRAME, {}, { identity: await createIdentity() }),
  },
  {
    what: "a frame that was changed on its way",
    code: "session.signature",
    act: (peer) => peer.small(1, FRAME, {}, { frame: OTHER }),
  },
  {
    what: "a large frame that was changed on its way",
    code: "session.signature",
    async act(peer, { until }) {
      peer.announce(1, LARGE.length);
      await until(() => peer.told("grant").length === 1);
      const changed = LARGE.slice();
      changed[LARGE.length - 1] ^= 1;
      peer.send(changed);
      peer.say({ kind: "signed", sequence: 1, signature: await peer.sign(1, LARGE) });
    },
  },
  {
    what: "a message of another session",
    code: "session.signature",
    act: (peer) => peer.small(1, FRAME, {}, { binding: new Uint8Array(32) }),
  },
  {
    what: "a message that the session itself could have sent",
    code: "session.signature",
    options: { sameKey: true },
    act: (peer) => peer.small(1, FRAME, {}, { side: "server" }),
  },
  {
    what: "a signature of another number",
    code: "session.signature",
    delivered: 1,
    async act(peer) {
      await peer.small(1, FRAME);
      await peer.small(2, FRAME, {}, { sequence: 1 });
    },
  },
  {
    what: "recipients that were not signed",
    code: "session.signature",
    act: (peer) => peer.small(1, FRAME, { to: ["eve"] }, { to: ["bob"] }),
  },
  {
    what: "one recipient more than was signed",
    code: "session.signature",
    act: (peer) => peer.small(1, FRAME, { to: ["bob", "eve"] }, { to: ["bob"] }),
  },
  {
    what: "recipients that were taken away",
    code: "session.signature",
    act: (peer) => peer.small(1, FRAME, {}, { to: ["bob"] }),
  },
  {
    what: "a sender that was not signed",
    code: "session.signature",
    options: { side: "client" },
    act: (peer) => peer.small(1, FRAME, { from: "eve" }, { from: "bob" }),
  },
  {
    what: "a sender that was taken away",
    code: "session.signature",
    options: { side: "client" },
    act: (peer) => peer.small(1, FRAME, {}, { from: "bob" }),
  },
  {
    what: "a signature that is none",
    code: "session.signature",
    act(peer) {
      peer.say({ ...announcement, signature: "_".repeat(86) });
      peer.send(FRAME);
    },
  },
  {
    what: "a message once more",
    code: "session.sequence",
    delivered: 1,
    async act(peer) {
      await peer.small(1, FRAME);
      await peer.small(1, FRAME);
    },
  },
  {
    what: "an acknowledged message once more",
    code: "session.sequence",
    delivered: 1,
    async act(peer, { until }) {
      await peer.small(1, FRAME);
      await until(() => peer.told("ack").length === 1);
      await peer.small(1, FRAME);
    },
  },
  { what: "the second message first", code: "session.sequence", act: (peer) => peer.small(2, FRAME) },
  {
    what: "a gap",
    code: "session.sequence",
    delivered: 1,
    async act(peer) {
      await peer.small(1, FRAME);
      await peer.small(3, FRAME);
    },
  },
  {
    what: "one byte too many to take",
    code: "session.size",
    act: (peer) => peer.announce(1, LIMITS.maxMessageBytes + 1),
  },
  {
    what: "more messages than the window holds",
    code: "session.window",
    delivered: 128,
    async act(peer) {
      const signatures = await Promise.all(Array.from({ length: 129 }, (_, i) => peer.sign(i + 1, FRAME)));
      for (const [i, signature] of signatures.entries()) {
        peer.say({ ...announcement, sequence: i + 1, signature });
        peer.send(FRAME);
      }
    },
  },
  { what: "bytes of no message", code: "session.order", act: (peer) => peer.send(FRAME) },
  {
    what: "bytes after the message's end",
    code: "session.order",
    delivered: 1,
    async act(peer) {
      await peer.small(1, FRAME);
      peer.send(Uint8Array.of(0));
    },
  },
  {
    what: "more bytes than announced",
    code: "session.order",
    async act(peer) {
      peer.say({ ...announcement, signature: await peer.sign(1, FRAME) });
      peer.send(bytesOf(FRAME.length + 1, 1));
    },
  },
  {
    what: "an empty piece",
    code: "session.order",
    async act(peer) {
      peer.say({ ...announcement, signature: await peer.sign(1, FRAME) });
      peer.send(new Uint8Array(0));
    },
  },
  {
    what: "bytes of a large message before there is room",
    code: "session.order",
    options: { budget: occupied() },
    act(peer) {
      peer.announce(1, LARGE.length);
      peer.send(LARGE);
    },
  },
  {
    what: "a message before the former has ended",
    code: "session.order",
    async act(peer) {
      peer.say({ ...announcement, signature: await peer.sign(1, FRAME) });
      peer.send(FRAME.subarray(0, 99));
      await peer.small(2, FRAME);
    },
  },
  {
    what: "a message while a large one waits for room",
    code: "session.order",
    options: { budget: occupied() },
    async act(peer) {
      peer.announce(1, LARGE.length);
      await peer.small(2, FRAME);
    },
  },
  {
    what: "a small message without a signature",
    code: "session.order",
    act: (peer) => peer.say(announcement),
  },
  {
    what: "a large message with a signature at once",
    code: "session.order",
    act: async (peer) =>
      peer.say({ ...announcement, bytes: LARGE.length, signature: await peer.sign(1, LARGE) }),
  },
  {
    what: "a signature before the message is whole",
    code: "session.order",
    async act(peer, { until }) {
      peer.announce(1, LARGE.length);
      await until(() => peer.told("grant").length === 1);
      peer.send(LARGE.subarray(1));
      peer.say({ kind: "signed", sequence: 1, signature: await peer.sign(1, LARGE) });
    },
  },
  {
    what: "a signature for another message",
    code: "session.order",
    async act(peer, { until }) {
      peer.announce(1, LARGE.length);
      await until(() => peer.told("grant").length === 1);
      peer.send(LARGE);
      peer.say({ kind: "signed", sequence: 2, signature: await peer.sign(2, LARGE) });
    },
  },
  {
    what: "a signature for no message",
    code: "session.order",
    act: async (peer) => peer.say({ kind: "signed", sequence: 1, signature: await peer.sign(1, LARGE) }),
  },
  {
    what: "an acknowledgement of what was never sent",
    code: "session.sequence",
    act: (peer) => peer.say({ kind: "ack", sequence: 1 }),
  },
  {
    what: "an acknowledgement of what is yet to be sent",
    code: "session.sequence",
    async act(peer, { session, until }) {
      for (let i = 0; i < 70; i++) session.send(FRAME);
      await until(() => peer.told("message").length === 64);
      peer.say({ kind: "ack", sequence: 65 });
    },
  },
  {
    what: "a grant that nothing waits for",
    code: "session.order",
    act: (peer) => peer.say({ kind: "grant", sequence: 1, offset: 0 }),
  },
  {
    what: "a grant behind the message's end",
    code: "session.order",
    async act(peer, { session, until }) {
      session.send(LARGE);
      await until(() => peer.told("message").length === 1);
      peer.say({ kind: "grant", sequence: 1, offset: LARGE.length + 1 });
    },
  },
  {
    what: "a second grant",
    code: "session.order",
    async act(peer, { session, until }) {
      session.send(LARGE);
      await until(() => peer.told("message").length === 1);
      peer.say({ kind: "grant", sequence: 1, offset: 0 });
      peer.say({ kind: "grant", sequence: 1, offset: 0 });
    },
  },
  {
    what: "more pings than are allowed at once",
    code: "session.rate",
    act(peer) {
      for (let id = 0; id <= 5 * LIMITS.controlsPerSecond; id++) peer.say({ kind: "ping", id });
    },
  },
  {
    what: "old acknowledgements again and again",
    code: "session.rate",
    act(peer) {
      for (let i = 0; i <= 5 * LIMITS.controlsPerSecond; i++) peer.say({ kind: "ack", sequence: 0 });
    },
  },
  {
    what: "the handshake once more",
    code: "session.order",
    act: (peer) => peer.say({ kind: "handshake", body: "{}" }),
  },
  { what: "what is no control message", code: "session.control", act: (peer) => peer.send("{}") },
  {
    what: "a large message that never gets going",
    code: "session.stalled",
    async act(peer, { until, clock }) {
      peer.announce(1, LARGE.length);
      await until(() => peer.told("grant").length === 1);
      // Its pings are answered; only the message does not come.
      for (let second = 0; second < 60; second += 10) {
        peer.say({ kind: "ping", id: 1 });
        clock.pass(10);
      }
    },
  },
  {
    what: "a large message that comes slower and slower",
    code: "session.stalled",
    async act(peer, { until, clock }) {
      peer.announce(1, MIB);
      await until(() => peer.told("grant").length === 1);
      for (let second = 0; second < 300; second += 10) {
        peer.send(new Uint8Array(1000));
        clock.pass(10);
      }
    },
  },
  {
    what: "a whole message whose signature never comes",
    code: "session.stalled",
    async act(peer, { until, clock }) {
      peer.announce(1, LARGE.length);
      await until(() => peer.told("grant").length === 1);
      peer.send(LARGE);
      for (let second = 0; second < 60; second += 10) {
        peer.say({ kind: "ping", id: 1 });
        clock.pass(10);
      }
    },
  },
  {
    what: "a small message that never comes",
    code: "session.stalled",
    async act(peer, { clock }) {
      peer.say({ ...announcement, signature: await peer.sign(1, FRAME) });
      for (let second = 0; second < 60; second += 10) {
        peer.say({ kind: "ping", id: 1 });
        clock.pass(10);
      }
    },
  },
];

/** A budget in which there is no room. */
function occupied(): ByteBudget {
  const budget = new ByteBudget(1);
  budget.reserve(1, () => {});
  return budget;
}

describe("a session refuses", () => {
  test.each(breaches)("$what", async ({ code, delivered: before = 0, options = {}, act }) => {
    const played = await playSession(options);
    const { session, connect, delivered, refused, state, until, budget } = played;
    const occupiedBefore = budget.used;
    const peer = connect();
    await act(peer, played);
    await until(() => refused.length > 0);
    await until(() => peer.closed);
    // Whatever was being verified is done.
    await session.suspend();
    expect(refused.map((error) => error.code)).toEqual([code]);
    expect(peer.told("refused").map((control) => control.code)).toEqual([code]);
    expect(state.lost).toBe(1);
    expect(delivered).toHaveLength(before);
    for (const { frame } of delivered) expect(frame).toEqual(FRAME);
    expect(session.connected).toBe(false);
    session.close();
    expect(budget.used).toBe(occupiedBefore);
  });

  test("nothing of what an honest peer does after all that", async () => {
    const { session, connect, delivered, refused, until } = await playSession();
    const first = connect();
    await first.small(1, FRAME, {}, { frame: OTHER });
    // Sent before the peer could know that it was refused.
    await first.small(2, OTHER);
    await until(() => refused.length === 1);
    expect(await session.suspend()).toBe(0);
    const second = connect();
    await second.small(1, FRAME, { to: ["ann", "bob"] });
    await second.small(2, OTHER);
    await until(() => second.told("ack").some(({ sequence }) => sequence === 2));
    expect(delivered).toEqual([
      { frame: FRAME, address: { to: ["ann", "bob"] } },
      { frame: OTHER, address: {} },
    ]);
  });

  test("a large message that does not go on after its connection broke, however much had come", async () => {
    const { session, connect, clock, until, refused } = await playSession();
    const first = connect();
    first.announce(1, 2 * MIB);
    await until(() => first.told("grant").length === 1);
    first.send(new Uint8Array(MIB));
    await session.suspend();
    const second = connect();
    second.announce(1, 2 * MIB);
    for (let seconds = 0; seconds < 50; seconds += 10) {
      second.say({ kind: "ping", id: 1 });
      clock.pass(10);
    }
    expect(refused).toMatchObject([{ code: "session.stalled" }]);
  });

  test("in words of its own, whatever code the peer gives", async () => {
    const { session, connect, refused, state } = await playSession();
    const peer = connect();
    peer.say({ kind: "refused", code: "session.signature", reason: "I do not like this." });
    expect(refused).toMatchObject([
      { code: "session.refused", message: "The peer refused (session.signature): I do not like this." },
    ]);
    expect([state.lost, session.connected]).toEqual([1, false]);
  });
});

describe("a session receives", () => {
  test("a window of messages that come at once, each once and in order", async () => {
    const { connect, delivered, refused, until } = await playSession();
    const peer = connect();
    const frames = Array.from({ length: 64 }, (_, i) => bytesOf(50, i));
    const signatures = await Promise.all(frames.map((frame, i) => peer.sign(i + 1, frame)));
    for (const [i, frame] of frames.entries()) {
      peer.say({ kind: "message", sequence: i + 1, bytes: 50, signature: signatures[i] });
      peer.send(frame.subarray(0, 20));
      peer.send(frame.subarray(20));
    }
    await until(() => peer.told("ack").at(-1)?.sequence === 64);
    expect(delivered.map(({ frame }) => frame)).toEqual(frames);
    expect(refused).toEqual([]);
  });

  test("whom a message is for, and from whom it is", async () => {
    const { connect, delivered, until } = await playSession({ side: "client" });
    const peer = connect();
    await peer.small(1, FRAME, { from: "bob" });
    await peer.small(2, OTHER, { to: ["ann", "bob"], from: "eve" });
    await until(() => delivered.length === 2);
    expect(delivered.map(({ address }) => address)).toEqual([
      { from: "bob" },
      { to: ["ann", "bob"], from: "eve" },
    ]);
  });

  test("far more messages than control messages are allowed", async () => {
    const { connect, delivered, refused, until } = await playSession({ limits: { controlsPerSecond: 1 } });
    const peer = connect();
    for (let i = 1; i <= 200; i++) {
      await peer.small(i, FRAME);
      await until(() => delivered.length === i);
    }
    expect(refused).toEqual([]);
  });

  test("a large message cut in any way, once there is room", async () => {
    const budget = new ByteBudget(100);
    const others = budget.reserve(50, () => {});
    const { connect, delivered, until } = await playSession({ budget });
    const peer = connect();
    peer.announce(1, LARGE.length);
    peer.say({ kind: "ping", id: 1 });
    await until(() => peer.told("pong").length === 1);
    expect(peer.told("grant")).toEqual([]);
    others.release();
    await until(() => peer.told("grant").length === 1);
    expect(budget.used).toBe(LARGE.length);
    peer.send(LARGE.subarray(0, 1));
    peer.send(LARGE.subarray(1, 70_000));
    peer.send(LARGE.subarray(70_000));
    peer.say({ kind: "signed", sequence: 1, signature: await peer.sign(1, LARGE) });
    await until(() => delivered.length === 1);
    expect(Buffer.compare(delivered[0].frame, LARGE)).toBe(0);
    await until(() => peer.told("ack").length === 1);
    expect(budget.used).toBe(0);
  });

  test("the rest of a large message on the next connection, from where it broke off", async () => {
    const { session, connect, delivered, until, budget } = await playSession();
    const first = connect();
    first.announce(1, LARGE.length);
    await until(() => first.told("grant").length === 1);
    first.send(LARGE.subarray(0, 123_456));
    expect(await session.suspend()).toBe(0);
    expect(budget.used).toBe(LARGE.length);
    const second = connect();
    second.announce(1, LARGE.length);
    await until(() => second.told("grant").length === 1);
    expect(second.told("grant")).toEqual([{ kind: "grant", sequence: 1, offset: 123_456 }]);
    second.send(LARGE.subarray(123_456));
    second.say({ kind: "signed", sequence: 1, signature: await second.sign(1, LARGE) });
    await until(() => delivered.length === 1);
    expect(Buffer.compare(delivered[0].frame, LARGE)).toBe(0);
  });

  test("the rest of a large message also when others have come to wait for the memory meanwhile", async () => {
    const budget = new ByteBudget(LARGE.length);
    const { session, connect, delivered, until } = await playSession({ budget });
    const first = connect();
    first.announce(1, LARGE.length);
    first.send(LARGE.subarray(0, 1000));
    await session.suspend();
    const second = connect();
    second.announce(1, LARGE.length);
    let isGranted = false;
    budget.reserve(1, () => {
      isGranted = true;
    });
    second.send(LARGE.subarray(1000));
    expect(isGranted).toBe(false);
    second.say({ kind: "signed", sequence: 1, signature: await second.sign(1, LARGE) });
    await until(() => delivered.length === 1);
    expect(Buffer.compare(delivered[0].frame, LARGE)).toBe(0);
    expect(isGranted).toBe(true);
  });

  test("a large message from its beginning when others needed the memory", async () => {
    const budget = new ByteBudget(LARGE.length);
    const { session, connect, delivered, until } = await playSession({ budget });
    const first = connect();
    first.announce(1, LARGE.length);
    first.send(LARGE.subarray(0, 1000));
    await session.suspend();
    budget.reserve(1, () => {}).release();
    const second = connect();
    second.announce(1, LARGE.length);
    await until(() => second.told("grant").length === 1);
    expect(second.told("grant")[0].offset).toBe(0);
    second.send(LARGE);
    second.say({ kind: "signed", sequence: 1, signature: await second.sign(1, LARGE) });
    await until(() => delivered.length === 1);
    expect(Buffer.compare(delivered[0].frame, LARGE)).toBe(0);
  });

  test("a large message from its beginning when it is not the one that had begun", async () => {
    const { session, connect, delivered, until, budget } = await playSession();
    const first = connect();
    first.announce(1, LARGE.length);
    first.send(LARGE.subarray(0, 1000));
    await session.suspend();
    const second = connect();
    second.announce(1, LARGE.length, { to: ["ann"] });
    await until(() => second.told("grant").length === 1);
    expect(second.told("grant")[0].offset).toBe(0);
    expect(budget.used).toBe(LARGE.length);
    second.send(LARGE);
    second.say({ kind: "signed", sequence: 1, signature: await second.sign(1, LARGE, { to: ["ann"] }) });
    await until(() => delivered.length === 1);
    expect(delivered[0].address).toEqual({ to: ["ann"] });
    expect(Buffer.compare(delivered[0].frame, LARGE)).toBe(0);
  });

  test("a message whose verification was still running when the connection was given up, once", async () => {
    const { session, connect, delivered, until } = await playSession();
    const first = connect();
    await first.small(1, FRAME);
    expect(delivered).toHaveLength(0);
    expect(await session.suspend()).toBe(1);
    expect(delivered).toHaveLength(1);
    const second = connect();
    await second.small(2, OTHER);
    await until(() => second.told("ack").length === 1);
    expect(second.told("ack")).toEqual([{ kind: "ack", sequence: 2 }]);
    expect(delivered.map(({ frame }) => frame)).toEqual([FRAME, OTHER]);
  });

  test("nothing after it was closed, not even what was being verified", async () => {
    const { session, connect, delivered, budget, until } = await playSession();
    const peer = connect();
    peer.announce(1, LARGE.length);
    await until(() => peer.told("grant").length === 1);
    peer.send(LARGE);
    peer.say({ kind: "signed", sequence: 1, signature: await peer.sign(1, LARGE) });
    session.close();
    await session.suspend();
    expect(delivered).toEqual([]);
    expect(budget.used).toBe(0);
    expect(session.connected).toBe(false);
    const late = connect();
    await until(() => late.closed);
  });

  test("gives its place in the queue for memory up when the connection breaks", async () => {
    const budget = new ByteBudget(10);
    const others = budget.reserve(10, () => {});
    const { session, connect } = await playSession({ budget });
    const peer = connect();
    peer.announce(1, LARGE.length);
    await session.suspend();
    others.release();
    expect(budget.used).toBe(0);
  });
});

describe("a session sends", () => {
  test("a window of messages, and the rest as they are acknowledged", async () => {
    const { session, connect, until } = await playSession();
    const peer = connect();
    for (let i = 1; i <= 100; i++) session.send(bytesOf(10, i));
    await until(() => peer.told("message").length === 64);
    peer.say({ kind: "ping", id: 1 });
    await until(() => peer.told("pong").length === 1);
    expect(peer.told("message")).toHaveLength(64);
    peer.say({ kind: "ack", sequence: 10 });
    await until(() => peer.told("message").length === 74);
    peer.say({ kind: "ack", sequence: 74 });
    await until(() => peer.bytesHeard === 1000);
    expect(peer.told("message").map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });

  test("what was not acknowledged once more, and nothing else", async () => {
    const { session, connect, until } = await playSession();
    const first = connect();
    for (let i = 1; i <= 5; i++) session.send(bytesOf(10, i), { to: ["ann"] });
    await until(() => first.told("message").length === 5);
    first.say({ kind: "ack", sequence: 2 });
    await session.suspend();
    session.send(bytesOf(10, 6));
    const second = connect(3);
    await until(() => second.told("message").length === 3);
    expect(second.told("message").map(({ sequence, to }) => [sequence, to])).toEqual([
      [4, ["ann"]],
      [5, ["ann"]],
      [6, undefined],
    ]);
  });

  test("a large message from the byte that the peer asks for, in small pieces", async () => {
    const { session, connect, until } = await playSession();
    const peer = connect();
    session.send(LARGE);
    await until(() => peer.told("message").length === 1);
    expect(peer.told("message")[0].signature).toBeUndefined();
    peer.say({ kind: "grant", sequence: 1, offset: 100_000 });
    await until(() => peer.told("signed").length === 1);
    const pieces = peer.heard.filter((piece) => piece instanceof Uint8Array);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(65_536);
    expect(Buffer.compare(Buffer.concat(pieces), LARGE.subarray(100_000))).toBe(0);
    expect(peer.told("signed")).toEqual([
      { kind: "signed", sequence: 1, signature: peer.told("signed")[0].signature },
    ]);
  });

  test("nothing any more to a peer for whom too much waits", async () => {
    const messages = await playSession();
    for (let i = 0; i < 65_536; i++) messages.session.send(FRAME);
    expect(messages.refused).toEqual([]);
    messages.session.send(FRAME);
    expect(messages.refused).toMatchObject([{ code: "session.backlog" }]);
    expect(messages.left).toEqual(["failed"]);

    const bytes = await playSession();
    // Half of what may wait. Never touched, so never really there.
    const frame = new Uint8Array(2 * LIMITS.maxMessageBytes + 2 ** 25);
    bytes.session.send(frame);
    bytes.session.send(frame);
    expect(bytes.refused).toEqual([]);
    bytes.session.send(FRAME);
    expect(bytes.refused).toMatchObject([{ code: "session.backlog" }]);
    expect(bytes.left).toEqual(["failed"]);

    const single = await playSession();
    single.session.send(new Uint8Array(2 ** 30 + 1));
    expect(single.refused).toEqual([]);
    single.session.close();
  });
});

describe.each(["client", "server"] as const)("the heartbeat of a %s", (side) => {
  test("asks when nothing comes, and gives up after three times as long", async () => {
    const { session, connect, clock, state, until } = await playSession({ side });
    const peer = connect();
    clock.pass(9.9);
    await until(() => true);
    expect(peer.told("ping")).toHaveLength(0);
    clock.pass(0.1);
    await until(() => peer.told("ping").length === 1);
    clock.pass(10);
    expect(session.connected).toBe(true);
    clock.pass(10);
    expect(session.connected).toBe(false);
    await until(() => peer.closed);
    expect(state.lost).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  test("is content with any sign of life, and measures the way there and back", async () => {
    const { session, connect, clock, state, until } = await playSession({ side });
    const peer = connect();
    for (let i = 0; i < 20; i++) {
      clock.pass(10);
      peer.say({ kind: "ping", id: 5 });
    }
    expect(session.connected).toBe(true);
    expect(session.roundTrip).toBeUndefined();
    await until(() => peer.told("ping").length === 20);
    clock.pass(0.25);
    // An answer to an older question tells nothing.
    peer.say({ kind: "pong", id: peer.told("ping")[0].id });
    expect(session.roundTrip).toBeUndefined();
    peer.say({ kind: "pong", id: peer.told("ping")[19].id });
    expect(session.roundTrip).toBeCloseTo(0.25);
    peer.say({ kind: "pong", id: peer.told("ping")[19].id });
    expect(session.roundTrip).toBeCloseTo(0.25);
    expect(state.lost).toBe(0);
  });

  test("takes no answer to what it asked on an earlier connection", async () => {
    const { session, connect, clock, until } = await playSession({ side });
    const first = connect();
    clock.pass(10);
    await until(() => first.told("ping").length === 1);
    await session.suspend();
    const second = connect();
    clock.pass(5);
    second.say({ kind: "pong", id: first.told("ping")[0].id });
    expect(session.roundTrip).toBeUndefined();
  });

  test("ends with a connection that is refused the moment it is there", async () => {
    const { session, connect, clock, refused } = await playSession({ side });
    const peer = connect();
    peer.send("{}");
    expect(refused).toHaveLength(1);
    expect(clock.waiting).toBe(0);
    connect();
    expect(clock.waiting).toBe(1);
    session.close();
    expect(clock.waiting).toBe(0);
  });
});

describe("taking leave", () => {
  test("waits until the peer has everything, and says so", async () => {
    const { session, connect, clock, left, until } = await playSession();
    const peer = connect();
    session.send(FRAME);
    session.leave("finished");
    session.send(OTHER);
    await until(() => peer.told("message").length === 1);
    expect(left).toEqual([]);
    peer.say({ kind: "ack", sequence: 1 });
    await until(() => left.length === 1);
    await until(() => peer.closed);
    expect(left).toEqual(["finished"]);
    expect(clock.waiting).toBe(0);
    expect(peer.told("bye")).toEqual([{ kind: "bye", reason: "finished" }]);
    expect(peer.told("message")).toHaveLength(1);
  });

  test("does not wait for ever", async () => {
    const { session, connect, clock, left } = await playSession();
    const peer = connect();
    session.send(FRAME);
    session.leave("stopped");
    for (let i = 0; i < 3; i++) {
      peer.say({ kind: "ping", id: 1 });
      clock.pass(9.9);
    }
    expect(left).toEqual([]);
    peer.say({ kind: "ping", id: 1 });
    clock.pass(0.4);
    expect(left).toEqual(["stopped"]);
    expect(clock.waiting).toBe(0);
  });

  test("is done at once without a connection, or when it breaks", async () => {
    const away = await playSession();
    away.session.send(FRAME);
    away.session.leave("left");
    expect(away.left).toEqual(["left"]);

    const broken = await playSession();
    const peer = broken.connect();
    broken.session.send(FRAME);
    broken.session.leave("left");
    peer.hangUp();
    await broken.until(() => broken.left.length === 1);
    expect(broken.state.lost).toBe(0);
  });

  test("is what a closed tab does; a server that is gone may come back", async () => {
    const server = await playSession({ side: "server" });
    server.connect().hangUp(true);
    await server.until(() => server.left.length === 1);
    expect([server.left, server.state.lost]).toEqual([["left"], 0]);
    const client = await playSession({ side: "client" });
    client.connect().hangUp(true);
    await client.until(() => client.state.lost === 1);
    expect(client.left).toEqual([]);
  });

  test("of the peer ends the session behind the messages that came before it", async () => {
    const { session, connect, delivered, left, until } = await playSession();
    const peer = connect();
    await peer.small(1, FRAME);
    peer.say({ kind: "bye", reason: "left" });
    expect(left).toEqual([]);
    await until(() => left.length === 1);
    expect(delivered).toHaveLength(1);
    expect(left).toEqual(["left"]);
    expect(session.connected).toBe(false);
    session.send(FRAME);
    session.leave("left");
    expect(left).toEqual(["left"]);
  });
});

import { describe, expect, test } from "vitest";
import { BufferedConnection } from "./buffered-connection.ts";
import { greetServer } from "./handshake.ts";
import { createIdentity } from "./identity.ts";
import { sessionContract } from "./session.contract.ts";
import { HandClock } from "./testing/hand-clock.ts";
import { bytesOf } from "./testing/played-session.ts";
import { type ClientOptions, LIMITS, overMemory, setScene } from "./testing/scene.ts";

const MIB = 2 ** 20;

sessionContract("memory", overMemory);

/** A client whose time stands still: it neither asks whether the server is there nor comes back by itself. */
const motionless = (): ClientOptions => ({ clock: new HandClock() });

describe("a reception", () => {
  test("lets the oldest stranger go when there are too many, and true clients in", async () => {
    const { connect, client, reception, refused, until } = await setScene({ limits: { pending: 3 } });
    const strangers = [await connect(), await connect(), await connect(), await connect()];
    const closed: number[] = [];
    for (const [i, stranger] of strangers.entries()) {
      stranger.listen({ text: () => {}, bytes: () => {}, closed: () => closed.push(i) });
    }
    await expect.poll(() => closed).toEqual([0]);
    expect(refused).toEqual(["stranger session.crowded"]);
    expect(reception.pending).toBe(3);
    const { welcomes } = await client("ann");
    await until(() => welcomes.length === 1);
    await expect.poll(() => closed).toEqual([0, 1]);
    expect(reception.pending).toBe(2);
    // Whoever has a session is no stranger any more.
    for (let i = 0; i < 5; i++) await connect();
    expect(reception.pending).toBe(3);
    expect(reception.guests()).toEqual([{ name: "ann", connected: true, roundTrip: undefined }]);
  });

  test("counts nobody as a stranger who has joined", async () => {
    const pending: number[] = [];
    const { client, until, reception } = await setScene({ joined: () => pending.push(reception.pending) });
    const { welcomes } = await client("ann");
    await until(() => welcomes.length === 1);
    expect(pending).toEqual([0]);
  });

  test("does not wait for ever for a stranger's words", async () => {
    const clock = new HandClock();
    const { connect, reception, refused, until } = await setScene({ clock });
    const silent = await connect();
    const heard: string[] = [];
    silent.listen({ text: (text) => heard.push(text), bytes: () => {}, closed: () => {} });
    clock.pass(9.9);
    expect(reception.pending).toBe(1);
    clock.pass(0.1);
    await until(() => refused.length === 1);
    expect(refused).toEqual(["stranger session.timeout"]);
    await expect.poll(() => reception.pending).toBe(0);
    expect(JSON.parse(heard[0])).toMatchObject({ kind: "refused", code: "session.timeout" });
    expect(clock.waiting).toBe(0);
  });

  test.each([
    { what: "text that is none of its", send: "hello", code: "session.control" },
    { what: "bytes", send: Uint8Array.of(1), code: "session.order" },
    { what: "a control message of a session", send: '{"kind":"ping","id":1}', code: "session.order" },
    { what: "another handshake", send: '{"kind":"handshake","body":"{}"}', code: "session.handshake" },
    { what: "too large a piece", send: new Uint8Array(65_537), code: "session.rate" },
  ])("refuses a stranger who sends $what", async ({ send, code }) => {
    const { connect, reception, refused, until, log } = await setScene();
    const stranger = await connect();
    if (typeof send === "string") stranger.sendText(send);
    else stranger.sendBytes(send);
    await until(() => refused.length === 1);
    expect(refused).toEqual([`stranger ${code}`]);
    await expect.poll(() => reception.pending).toBe(0);
    expect([log, reception.guests()]).toEqual([[], []]);
  });

  test("has a client wait that begins one new session after the other", async () => {
    const clock = new HandClock();
    const { client, log, refused, until } = await setScene({ clock });
    const identity = await createIdentity();
    for (let i = 1; i <= 20; i++) {
      const { welcomes } = await client("ann", { ...motionless(), identity });
      await until(() => welcomes.length === 1);
    }
    const own = new HandClock();
    const eager = await client("ann", { clock: own, identity });
    await until(() => eager.statuses.at(-1)?.kind === "waiting");
    expect(refused).toEqual(["stranger session.rate"]);
    expect(log.filter((line) => line === "ann joined")).toHaveLength(20);
    // Others are not made to wait.
    const bob = await client("bob", motionless());
    await until(() => bob.welcomes.length === 1);
    clock.pass(5);
    own.pass(1);
    await until(() => eager.welcomes.length === 1);
    expect(eager.ends).toEqual([]);
  });

  test("survives that it cannot let anybody in, and tells nobody why", async () => {
    let isBroken = true;
    const own = new HandClock();
    const { client, refused, until } = await setScene({
      admit: async ({ name }) => {
        if (isBroken) throw new Error("ENOSPC: no space left on /home/ann/secret");
        return name!;
      },
    });
    const { statuses, welcomes } = await client("ann", { clock: own });
    await until(() => statuses.at(-1)?.kind === "waiting");
    expect(refused).toEqual(["stranger session.internal"]);
    expect(JSON.stringify(statuses)).not.toContain("secret");
    isBroken = false;
    own.pass(1);
    await until(() => welcomes.length === 1);
  });

  test("keeps a client's place for a while after its connection broke, and everything that waits for it", async () => {
    const clock = new HandClock();
    const { client, reception, log, until } = await setScene({ clock });
    const own = new HandClock();
    const { connections, received, welcomes, statuses } = await client("ann", { clock: own });
    await until(() => welcomes.length === 1);
    connections[0].close();
    await until(() => statuses.some(({ kind }) => kind === "waiting"));
    await expect.poll(() => reception.guests()[0].connected).toBe(false);
    reception.send("ann", bytesOf(100, 1));
    clock.pass(LIMITS.grace - 0.1);
    own.pass(1);
    await until(() => received.length === 1);
    expect(statuses.at(-1)).toEqual({ kind: "connected", resumed: true });
    expect(log).toEqual(["ann joined"]);
    // The pardon holds for this time only.
    clock.pass(1);
    expect(reception.guests()).toMatchObject([{ connected: true }]);
    connections[1].close();
    await expect.poll(() => reception.guests()[0].connected).toBe(false);
    clock.pass(LIMITS.grace - 0.1);
    expect(log).toEqual(["ann joined"]);
    clock.pass(0.1);
    expect(log).toEqual(["ann joined", "ann left: lost"]);
    own.pass(1);
    await until(() => welcomes.length === 2);
    expect(welcomes[1].resumed).toBe(false);
    expect(log.at(-1)).toBe("ann joined");
  });

  test("takes the place from a client that never sends what it asked room for", async () => {
    const clock = new HandClock();
    const { client, reception, log, refused, until, frames } = await setScene({
      clock,
      limits: { incomingBytes: 4 * MIB },
    });
    const lazy = await client("lazy", motionless());
    await until(() => lazy.welcomes.length === 1);
    // Announces, and nothing follows.
    const [connection] = lazy.connections;
    const { sendText } = connection;
    connection.sendText = (text) => text.includes('"signed"') || sendText(text);
    connection.sendBytes = () => {};
    const keen = await client("keen", motionless());
    await until(() => keen.welcomes.length === 1);
    lazy.dial.send(bytesOf(4 * MIB, 1));
    await expect.poll(() => reception.incomingBytes).toBe(4 * MIB);
    keen.dial.send(bytesOf(4 * MIB, 2));
    for (let seconds = 0; seconds < 120; seconds += 10) {
      for (const { connections } of [lazy, keen]) connections[0].sendText('{"kind":"ping","id":1}');
      await expect.poll(() => true).toBe(true);
      clock.pass(10);
    }
    await until(() => frames.length === 1);
    expect(frames[0].from).toBe("keen");
    expect(refused).toEqual(["lazy session.stalled"]);
    expect(log.filter((line) => line.includes("left"))).toEqual([]);
  });

  test("gives what is left of a transfer up with the client", async () => {
    const clock = new HandClock();
    const { client, reception, log, until } = await setScene({ clock });
    const { dial, connections, welcomes } = await client("ann", motionless());
    await until(() => welcomes.length === 1);
    let pieces = 0;
    const sendBytes = connections[0].sendBytes;
    connections[0].sendBytes = (bytes) => {
      if (++pieces < 5) sendBytes(bytes);
      else connections[0].close();
    };
    dial.send(bytesOf(4 * MIB, 1));
    await expect.poll(() => reception.guests()[0].connected).toBe(false);
    expect(reception.incomingBytes).toBe(4 * MIB);
    clock.pass(LIMITS.grace);
    expect(log.at(-1)).toBe("ann left: lost");
    expect(reception.incomingBytes).toBe(0);
  });

  test("tells even those who have only just come that it is over", async () => {
    const { client, reception, log, until } = await setScene();
    const clients = [await client("ann"), await client("bob")];
    await until(() => log.length === 2);
    await reception.close("finished", 30);
    await until(() => clients.every(({ ends }) => ends.length === 1));
    expect(clients.map(({ ends }) => ends[0])).toEqual([{ reason: "finished" }, { reason: "finished" }]);
  });

  test("does not wait long for those who do not take their leave, and lets nobody in afterwards", async () => {
    const clock = new HandClock();
    const { client, connect, reception, log, until } = await setScene({ clock });
    const { connections, welcomes } = await client("ann", motionless());
    await until(() => welcomes.length === 1);
    await connect();
    connections[0].sendText = () => {};
    reception.send("ann", bytesOf(10, 1));
    const closed = reception.close("finished", 5);
    expect(reception.guests()).toHaveLength(1);
    clock.pass(5);
    await closed;
    expect(log).toEqual(["ann joined", "ann left: lost"]);
    await expect.poll(() => reception.pending).toBe(0);
    const late = await connect();
    let ended = false;
    late.listen({ text: () => {}, bytes: () => {}, closed: () => (ended = true) });
    await expect.poll(() => ended).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test("waits for those who are away to tell them that it is over for good", async () => {
    const clock = new HandClock();
    const { client, reception, log, until } = await setScene({ clock });
    const own = new HandClock();
    const away = await client("away", { clock: own });
    const here = await client("here", motionless());
    await until(() => away.welcomes.length + here.welcomes.length === 2);
    away.connections[0].close();
    await expect.poll(() => reception.guests().filter(({ connected }) => connected)).toHaveLength(1);
    let isClosed = false;
    const closed = reception.close("finished", 30, ["expected", "here"]).then(() => {
      isClosed = true;
    });
    await until(() => here.ends.length === 1);
    own.pass(1);
    await until(() => away.ends.length === 1);
    expect(isClosed).toBe(false);
    const expected = await client("expected", motionless());
    await until(() => expected.ends.length === 1);
    await closed;
    for (const { ends } of [away, here, expected]) expect(ends).toEqual([{ reason: "finished" }]);
    expect(log.filter((line) => line.includes("joined")).sort()).toEqual(["away joined", "here joined"]);
    expect(clock.waiting).toBe(0);
  });

  test("waits for nobody who is away when it may come back itself", async () => {
    const { client, reception, until } = await setScene();
    const { welcomes, connections } = await client("ann", motionless());
    await until(() => welcomes.length === 1);
    connections[0].close();
    await expect.poll(() => reception.guests()[0].connected).toBe(false);
    await reception.close("stopped", 1e6, ["bob"]);
  });

  test("closes at once when nobody is there", async () => {
    const { reception } = await setScene();
    await reception.close("stopped", 1e6);
    expect(reception.guests()).toEqual([]);
  });

  test("continues a session for nobody but its own key", async () => {
    const { client, reception, until, log } = await setScene();
    const ann = await client("ann");
    await until(() => ann.welcomes.length === 1);
    // Whatever name and number a client gives: with another key the session begins anew.
    const { session } = ann.welcomes[0];
    const { connect } = await overMemory(reception);
    const thief = new BufferedConnection(await connect(), 10);
    const { welcome } = await greetServer(thief, {
      clock: new HandClock(),
      identity: await createIdentity(),
      name: "ann",
      resume: { session, received: 0 },
      expect: async () => {},
    });
    expect(welcome.resumed).toBe(false);
    expect(welcome.session).not.toBe(session);
    await until(() => log.length === 3);
    expect(log).toEqual(["ann joined", "ann left: lost", "ann joined"]);
  });
});

import { describe, expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { SessionError } from "./control.ts";
import { HandClock } from "./testing/hand-clock.ts";
import { memoryConnections } from "./testing/memory-connection.ts";
import { bytesOf } from "./testing/played-session.ts";
import { setScene } from "./testing/scene.ts";

describe("a dial", () => {
  test("waits longer and longer, up to half a minute, each time by chance", async () => {
    const clock = new HandClock();
    const { client, statuses: waits, until } = await unreachable(clock);
    const { statuses, ends } = await client({ random: () => 0.5 });
    for (let i = 1; i <= 10; i++) {
      await until(() => waits(statuses).length === i);
      clock.pass(waits(statuses)[i - 1]);
    }
    expect(waits(statuses)).toEqual([0.25, 0.5, 1, 2, 4, 8, 15, 15, 15, 15]);
    expect(ends).toEqual([]);
  });

  test("gives a server up that it has not reached for so long, and says what was wrong", async () => {
    const clock = new HandClock();
    const { client, statuses: waits, until } = await unreachable(clock);
    const { statuses, ends } = await client({ random: () => 0.5, patience: 10 });
    for (let i = 1; clock.now() < 10; i++) {
      await until(() => waits(statuses).length === i);
      expect(ends).toEqual([]);
      clock.pass(waits(statuses)[i - 1]);
    }
    await until(() => ends.length === 1);
    const message = expect.stringContaining("for 10 s (connect ECONNREFUSED);");
    expect(ends).toMatchObject([{ error: { code: "session.unreachable", message } }]);
    expect(clock.waiting).toBe(0);
  });

  test("has its patience back once it has reached the server, and needs none while it is away itself", async () => {
    const clock = new HandClock();
    const { client, until, connect } = await setScene();
    let isThere = true;
    const { dial, statuses, ends, welcomes } = await client("ann", {
      ...{ clock, random: () => 1, patience: 5 },
      connect: async () => {
        if (isThere) return connect();
        throw new Error("connect ECONNREFUSED");
      },
    });
    const waiting = (pause: number) =>
      until(() => {
        const last = statuses.at(-1);
        return last?.kind === "waiting" && last.seconds === pause;
      });
    await until(() => welcomes.length === 1);
    dial.comeBack(60);
    await waiting(60);
    isThere = false;
    clock.pass(60);
    await waiting(0.5);
    isThere = true;
    clock.pass(4);
    await until(() => welcomes.length === 2);
    isThere = false;
    await dial.interrupt();
    for (const pause of [1, 2, 2]) {
      await waiting(pause);
      expect(ends).toEqual([]);
      clock.pass(pause);
      await settled();
    }
    await until(() => ends.length === 1);
    expect(ends).toMatchObject([{ error: { code: "session.unreachable" } }]);
  });

  test("begins with short pauses again only after a connection that lasted", async () => {
    const clock = new HandClock();
    const { client, until } = await setScene({ clock });
    const { statuses, connections } = await client("ann", { random: () => 1 });
    const pauses: number[] = [];
    for (const lasts of [5, 5, 29, 30, 1]) {
      await until(() => statuses.at(-1)?.kind === "connected");
      // The heartbeat needs answers.
      for (let second = 0; second < lasts; second++) {
        clock.pass(1);
        await settled();
      }
      connections.at(-1)!.close();
      await until(() => statuses.at(-1)?.kind === "waiting");
      const last = statuses.at(-1)!;
      pauses.push(last.kind === "waiting" ? last.seconds : Number.NaN);
      clock.pass(pauses.at(-1)!);
    }
    expect(pauses).toEqual([0.5, 1, 2, 0.5, 1]);
  });

  test.each([
    { what: "an error of its own", error: new InputError("tls.certificate", "Another certificate.") },
    { what: "a refusal", error: new SessionError("session.token", "No token.") },
  ])("gives up at $what while connecting", async ({ error }) => {
    const { client, until } = await setScene();
    let tries = 0;
    const { ends } = await client("ann", {
      connect: async () => {
        tries++;
        throw error;
      },
    });
    await until(() => ends.length === 1);
    expect(ends).toEqual([{ error }]);
    expect(tries).toBe(1);
  });

  test("tries again after a server that hung up, or fell silent, in the midst of the handshake", async () => {
    const clock = new HandClock();
    const { client, until } = await setScene();
    const { welcomes, statuses, connections } = await client("ann", {
      clock,
      lives: (n) => (n === 0 ? 2 : Number.POSITIVE_INFINITY),
    });
    await until(() => statuses.at(-1)?.kind === "waiting");
    expect(statuses.at(-1)).toMatchObject({ reason: "The peer closed the connection." });
    clock.pass(0);
    await until(() => welcomes.length === 1);
    expect(connections).toHaveLength(2);

    const patient = new HandClock();
    const mute = await client("bob", { clock: patient, connect: async () => memoryConnections()[0] });
    await expect.poll(() => patient.waiting).toBe(1);
    patient.pass(10);
    await until(() => mute.statuses.at(-1)?.kind === "waiting");
    expect(mute.statuses.at(-1)).toMatchObject({ reason: "The peer said nothing for 10 seconds." });
  });

  test("can be left before it has reached anybody, and never comes back", async () => {
    const clock = new HandClock();
    const { client, until, statuses: waits } = await unreachable(clock);
    const { dial, statuses, ends } = await client({ random: () => 1 });
    await until(() => waits(statuses).length === 1);
    dial.leave();
    dial.leave();
    expect(ends).toEqual([{ reason: "left" }]);
    expect(clock.waiting).toBe(0);
  });

  test("that is left in the midst of the handshake lets go of the connection", async () => {
    const { client, until, reception, log } = await setScene();
    let dialled: { leave(): void } | undefined;
    const { dial, ends, welcomes } = await client("ann", {
      expect: async () => dialled!.leave(),
    });
    dialled = dial;
    await until(() => ends.length === 1);
    await expect
      .poll(() => reception.pending + reception.guests().filter((guest) => guest.connected).length)
      .toBe(0);
    expect([ends, welcomes]).toEqual([[{ reason: "left" }], []]);
    expect(log.filter((line) => line.includes("joined")).length).toBeLessThanOrEqual(1);
  });

  test("that is interrupted goes on with its session, and nothing is lost", async () => {
    const { client, until, frames, log } = await setScene();
    const { dial, welcomes, statuses } = await client("ann");
    await until(() => welcomes.length === 1);
    for (let i = 0; i < 5; i++) {
      dial.send(bytesOf(100_000, i));
      await dial.interrupt();
      await until(() => statuses.at(-1)?.kind === "connected");
    }
    await until(() => frames.length === 5);
    for (const [i, { frame }] of frames.entries()) expect(Buffer.compare(frame, bytesOf(100_000, i))).toBe(0);
    expect([welcomes.length, log]).toEqual([1, ["ann joined"]]);
    expect(statuses.filter(({ kind }) => kind === "connected")).toHaveLength(6);
  });

  test("never has two attempts under way that both count", async () => {
    const clock = new HandClock();
    const { client, until, reception, connect, log } = await setScene();
    const slow: (() => void)[] = [];
    let tries = 0;
    const { dial, welcomes, statuses, ends } = await client("ann", {
      clock,
      random: () => 1,
      connect: async () => {
        // All but the first are slow.
        if (tries++ > 0) await new Promise<void>((resolve) => slow.push(resolve));
        return connect();
      },
    });
    await until(() => welcomes.length === 1);
    await dial.interrupt();
    clock.pass(1);
    await expect.poll(() => slow.length).toBe(1);
    // The attempt hangs; the session is not connected, so it cannot be interrupted a second time.
    await dial.interrupt();
    clock.pass(100);
    expect(slow).toHaveLength(1);
    slow[0]();
    await until(() => statuses.filter(({ kind }) => kind === "connected").length === 2);
    expect([welcomes.length, ends, log]).toEqual([1, [], ["ann joined"]]);
    expect(reception.guests()).toMatchObject([{ connected: true }]);
  });

  test("leaves for a while and comes back for a new session", async () => {
    const clock = new HandClock();
    const { client, until, log } = await setScene();
    const { dial, welcomes, statuses, ends } = await client("ann", { clock });
    await until(() => welcomes.length === 1);
    dial.comeBack(60);
    await until(() => statuses.at(-1)?.kind === "waiting");
    expect(statuses.at(-1)).toMatchObject({ seconds: 60 });
    await until(() => log.includes("ann left: left"));
    clock.pass(59);
    expect(statuses.at(-1)).toMatchObject({ kind: "waiting" });
    clock.pass(1);
    await until(() => welcomes.length === 2);
    expect(log).toEqual(["ann joined", "ann left: left", "ann joined"]);
    expect(ends).toEqual([]);
  });

  test("sends nothing without a session, and tells nobody", async () => {
    const clock = new HandClock();
    const { client, until, statuses: waits } = await unreachable(clock);
    const { dial, statuses, refusals } = await client({});
    await until(() => waits(statuses).length === 1);
    dial.send(bytesOf(10, 1));
    await dial.interrupt();
    expect(refusals).toEqual([]);
  });
});

/** A scene without a server. */
async function unreachable(clock: HandClock) {
  const { client, until } = await setScene();
  return {
    until,
    client: (options: { random?: () => number; patience?: number }) =>
      client("ann", {
        clock,
        ...options,
        connect: async () => {
          throw new Error("connect ECONNREFUSED");
        },
      }),
    /** The pauses that the client has announced. */
    statuses: (statuses: readonly { readonly kind: string; readonly seconds?: number }[]) =>
      statuses.filter(({ kind }) => kind === "waiting").map(({ seconds }) => seconds!),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

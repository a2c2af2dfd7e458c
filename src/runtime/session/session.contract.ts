import { describe, expect, test } from "vitest";
import { SessionError } from "./control.ts";
import { createIdentity } from "./identity.ts";
import { bytesOf } from "./testing/played-session.ts";
import { type OpenTransport, type SceneOptions, setScene } from "./testing/scene.ts";

const MIB = 2 ** 20;

/** Registers what holds for sessions over every transport: from a client's dial to the server's reception and back. */
export function sessionContract(name: string, transport: OpenTransport): void {
  const scene = (options: SceneOptions = {}) => setScene({ transport, ...options });

  describe(`sessions over ${name}`, () => {
    test("carry small and large messages both ways, whole and in order", async () => {
      const { reception, frames, until, client } = await scene();
      const { dial, received, welcomes } = await client("ann");
      const sizes = [1, 17, 65_536, 65_537, 3_000_000, 5, MIB, 70_000];
      await until(() => welcomes.length === 1);
      for (const [i, size] of sizes.entries()) {
        dial.send(bytesOf(size, i), { to: ["bob"] });
        reception.send("ann", bytesOf(size, i + 100), { from: "bob" });
      }
      await until(() => frames.length === sizes.length && received.length === sizes.length);
      for (const [i, size] of sizes.entries()) {
        expect(Buffer.compare(frames[i].frame, bytesOf(size, i))).toBe(0);
        expect([frames[i].from, frames[i].to]).toEqual(["ann", ["bob"]]);
        expect(Buffer.compare(received[i].frame, bytesOf(size, i + 100))).toBe(0);
        expect(received[i].address).toEqual({ from: "bob" });
      }
      expect(reception.incomingBytes).toBe(0);
    });

    test("go on after the connection broke, at every possible moment, without loss or doubling", async () => {
      const { frames, until, client, reception, refused, log } = await scene();
      const { dial, received, connections, welcomes } = await client("ann", { lives: (n) => 8 + n });
      await until(() => welcomes.length === 1);
      const count = 12;
      const size = (i: number) => (i % 3 === 0 ? 150_000 : 100);
      for (let i = 0; i < count; i++) {
        dial.send(bytesOf(size(i), i));
        reception.send("ann", bytesOf(size(i), i));
      }
      await until(() => frames.length >= count && received.length >= count);
      for (let i = 0; i < count; i++) {
        expect(Buffer.compare(frames[i].frame, bytesOf(size(i), i))).toBe(0);
        expect(Buffer.compare(received[i].frame, bytesOf(size(i), i))).toBe(0);
      }
      expect([frames.length, received.length]).toEqual([count, count]);
      expect(connections.length).toBeGreaterThan(5);
      expect(welcomes).toHaveLength(1);
      expect([log, refused]).toEqual([["ann joined"], []]);
    });

    test("begin anew when the server was started again", async () => {
      const { restart, until, client, frames, log } = await scene();
      const { dial, welcomes, statuses, ends } = await client("ann");
      await until(() => welcomes.length === 1);
      await restart();
      await until(() => welcomes.length === 2);
      expect(welcomes[1]).toMatchObject({ name: "ann", resumed: false, received: 0 });
      expect(welcomes[1].session).not.toBe(welcomes[0].session);
      expect(log).toEqual(["ann joined", "ann joined"]);
      expect(statuses.at(-1)).toEqual({ kind: "connected", resumed: false });
      dial.send(bytesOf(10, 1));
      await until(() => frames.length === 1);
      expect(ends).toEqual([]);
    });

    test("end when the client leaves, behind everything that it has sent", async () => {
      const { until, client, frames, log, reception } = await scene();
      const { dial, welcomes, ends } = await client("ann");
      await until(() => welcomes.length === 1);
      dial.send(bytesOf(200_000, 1));
      dial.leave();
      await until(() => ends.length === 1 && log.length === 2);
      expect(ends).toEqual([{ reason: "left" }]);
      expect(log).toEqual(["ann joined", "ann left: left"]);
      expect(frames).toHaveLength(1);
      expect(reception.guests()).toEqual([]);
    });

    test.each(["finished", "failed"] as const)("end for good when the server has %s", async (reason) => {
      const { until, client, log, reception } = await scene();
      const clients = [await client("ann"), await client("bob")];
      await until(() => reception.guests().length === 2);
      reception.send("ann", bytesOf(200_000, 1));
      const closed = reception.close(reason, 30);
      await until(() => clients.every(({ ends }) => ends.length === 1));
      await closed;
      expect(clients.map(({ ends }) => ends)).toEqual([[{ reason }], [{ reason }]]);
      expect(clients[0].received).toHaveLength(1);
      expect(log.slice(2).sort()).toEqual([`ann left: ${reason}`, `bob left: ${reason}`]);
    });

    test("begin anew when the server was stopped and comes back", async () => {
      const { until, client, log, reception, restart } = await scene();
      const { welcomes, statuses, ends } = await client("ann");
      await until(() => welcomes.length === 1);
      await reception.close("stopped", 30);
      await until(() => statuses.some(({ kind }) => kind === "waiting"));
      await restart();
      await until(() => welcomes.length === 2);
      expect(log).toEqual(["ann joined", "ann left: stopped", "ann joined"]);
      expect(ends).toEqual([]);
    });

    test("end with one client that is dismissed, and with no other", async () => {
      const { until, client, log, reception } = await scene();
      const [ann, bob] = [await client("ann"), await client("bob")];
      await until(() => reception.guests().length === 2);
      reception.dismiss("ann", "failed");
      await until(() => ann.ends.length === 1);
      expect(log.at(-1)).toBe("ann left: failed");
      expect(reception.guests().map(({ name }) => name)).toEqual(["bob"]);
      expect(bob.ends).toEqual([]);
    });

    test("are not for clients that the door turns away, and these do not come back", async () => {
      const { until, client, log, refused, reception } = await scene({
        admit: async ({ name }) => {
          if (name === "ann") return name;
          throw new SessionError("session.name-taken", "Another member has this name; choose another.");
        },
      });
      const [ann, eve] = [await client("ann"), await client("eve")];
      await until(() => ann.welcomes.length === 1 && eve.ends.length === 1);
      expect(eve.ends).toEqual([{ error: expect.objectContaining({ code: "session.name-taken" }) }]);
      expect(eve.connections).toHaveLength(1);
      await until(() => refused.length === 1);
      expect(refused).toEqual(["stranger session.name-taken"]);
      await expect.poll(() => reception.pending).toBe(0);
      expect(log).toEqual(["ann joined"]);
    });

    test("are not made with a server of another key, and the client does not try again", async () => {
      const { until, client, log, identity, reception } = await scene();
      const keys: Uint8Array[] = [];
      const { ends, connections, welcomes } = await client("ann", {
        expect: async (key) => {
          keys.push(key);
          throw new SessionError("session.server-key", "This is another server.");
        },
        prove: async () => expect.unreachable(),
      });
      await until(() => ends.length === 1);
      await expect.poll(() => reception.pending).toBe(0);
      expect(keys.map((key) => Buffer.from(key).toString("hex"))).toEqual([
        Buffer.from(identity.publicKey).toString("hex"),
      ]);
      expect(ends).toEqual([{ error: expect.objectContaining({ code: "session.server-key" }) }]);
      expect([connections.length, welcomes.length, log.length]).toEqual([1, 0, 0]);
    });

    test("of a key that comes anew take the place of its old one", async () => {
      const { until, client, log, frames, reception } = await scene();
      const identity = await createIdentity();
      let tries = 0;
      // The old process hangs: it keeps its connection and makes no other.
      const old = await client("ann", { identity, clock: hanging, lives: () => (tries++ === 0 ? 1e9 : 0) });
      await until(() => old.welcomes.length === 1);
      const fresh = await client("ann", { identity });
      await until(() => fresh.welcomes.length === 1);
      expect(log).toEqual(["ann joined", "ann left: lost", "ann joined"]);
      fresh.dial.send(bytesOf(10, 1));
      reception.send("ann", bytesOf(10, 2));
      await until(() => frames.length === 1 && fresh.received.length === 1);
      old.dial.send(bytesOf(10, 3));
      fresh.dial.send(bytesOf(10, 4));
      await until(() => frames.length === 2);
      expect(frames.map(({ frame }) => frame)).toEqual([bytesOf(10, 1), bytesOf(10, 4)]);
      expect(old.received).toEqual([]);
    });

    test("of fifty clients that send at once take turns, and never more memory than there is", async () => {
      const clients = 50;
      const size = 4 * MIB;
      let most = 0;
      const watched: OpenTransport = async (reception) => {
        const { connect, close } = await transport(reception);
        const watch = async () => {
          const connection = await connect();
          const { sendBytes } = connection;
          connection.sendBytes = (bytes) => {
            most = Math.max(most, reception.incomingBytes);
            sendBytes.call(connection, bytes);
          };
          return connection;
        };
        return { connect: watch, close };
      };
      const { until, client, reception, frames, refused } = await setScene({
        transport: watched,
        limits: { incomingBytes: 16 * MIB },
      });
      const all = await Promise.all(Array.from({ length: clients }, (_, i) => client(`client-${i}`)));
      await until(() => all.every(({ welcomes }) => welcomes.length === 1));
      const frame = bytesOf(size, 1);
      for (const { dial } of all) dial.send(frame);
      await until(() => frames.length === clients);
      expect(most).toBe(16 * MIB);
      expect(new Set(frames.map(({ from }) => from)).size).toBe(clients);
      for (const each of frames) expect(Buffer.compare(each.frame, frame)).toBe(0);
      expect([reception.incomingBytes, refused]).toEqual([0, []]);
    });
  });
}

/** A clock on which nothing ever comes. */
const hanging = { now: () => 0, after: () => () => {} };

import { describe, expect, test } from "vitest";
import { systemClock } from "../node/system-clock.ts";
import type { SessionError } from "./control.ts";
import { Dial } from "./dial.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { Reception, type ReceptionLimits } from "./reception.ts";
import { type MemoryConnection, memoryConnections } from "./testing/memory-connection.ts";

const LIMITS: ReceptionLimits = {
  maxMessageBytes: 8 * 2 ** 20,
  heartbeat: 10,
  controlsPerSecond: 2000,
  grace: 30,
  pending: 8,
  incomingBytes: 16 * 2 ** 20,
};

/** A reception and clients that reach it through pipes in memory. */
async function scene(limits: Partial<ReceptionLimits> = {}) {
  const log: string[] = [];
  const frames: { from: string; frame: Uint8Array; to: readonly string[] | undefined }[] = [];
  const refused: string[] = [];
  const waiting: (() => void)[] = [];
  const happened = () => {
    for (const wake of waiting.splice(0)) wake();
  };
  /** Until `condition` holds; the test's own time limit ends a hopeless wait. */
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const serverIdentity = await createIdentity();
  const reception = new Reception({
    identity: serverIdentity,
    clock: systemClock,
    limits: { ...LIMITS, ...limits },
    admit: async ({ name }) => name ?? "anonymous",
    joined: (client) => {
      log.push(`${client} joined`);
      happened();
    },
    left: (client, reason) => {
      log.push(`${client} left: ${reason}`);
      happened();
    },
    deliver: (from, frame, to) => {
      frames.push({ from, frame, to });
      happened();
    },
    refuse: (from, error) => {
      refused.push(`${from ?? "stranger"} ${error.code}`);
      happened();
    },
  });
  const client = async (
    name: string,
    { identity, lives }: { identity?: Identity; lives?: (n: number) => number } = {},
  ) => {
    const received: Uint8Array[] = [];
    const clientRefused: SessionError[] = [];
    const pipes: MemoryConnection[] = [];
    const state = { renewed: 0, over: undefined as unknown };
    const dial = new Dial({
      connect: async () => {
        const [mine, theirs] = memoryConnections();
        // The n-th connection breaks when so many pieces have been sent from either end.
        let left = lives?.(pipes.length) ?? Number.POSITIVE_INFINITY;
        const tamper: MemoryConnection["tamper"] = (piece) => {
          if (--left > 0) return piece;
          mine.close();
          return undefined;
        };
        mine.tamper = tamper;
        theirs.tamper = tamper;
        pipes.push(mine);
        reception.accept(theirs);
        return mine;
      },
      clock: systemClock,
      identity: identity ?? (await createIdentity()),
      name,
      expect: async () => {},
      random: () => 0,
      maxMessageBytes: LIMITS.maxMessageBytes,
      renewed: () => {
        state.renewed++;
        happened();
      },
      deliver: (frame) => {
        received.push(frame);
        happened();
      },
      refuse: (error) => {
        clientRefused.push(error);
        happened();
      },
      status: happened,
      over: (end) => {
        state.over = end;
        happened();
      },
    });
    dial.start();
    return { dial, received, refused: clientRefused, pipes, state };
  };
  return { reception, log, frames, refused, until, client };
}

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) % 251);
}

describe("a session", () => {
  test("carries small and large messages both ways, whole and in order", async () => {
    const { reception, frames, until, client } = await scene();
    const { dial, received, state } = await client("ann");
    const sizes = [1, 17, 65_536, 65_537, 3_000_000, 5, 2 ** 20, 70_000];
    await until(() => state.renewed === 1);
    for (const [i, size] of sizes.entries()) {
      dial.send(bytesOf(size, i));
      reception.send("ann", bytesOf(size, i + 100));
    }
    await until(() => frames.length === sizes.length && received.length === sizes.length);
    for (const [i, size] of sizes.entries()) {
      expect(Buffer.compare(frames[i].frame, bytesOf(size, i))).toBe(0);
      expect(Buffer.compare(received[i], bytesOf(size, i + 100))).toBe(0);
    }
    expect(reception.incomingBytes).toBe(0);
  });

  test("goes on after the connection broke, at every possible moment, without loss or doubling", async () => {
    const { frames, until, client, reception } = await scene();
    const { dial, received, pipes, state } = await client("ann", { lives: (n) => 8 + n });
    await until(() => state.renewed === 1);
    const count = 12;
    const size = (i: number) => (i % 3 === 0 ? 150_000 : 100);
    for (let i = 0; i < count; i++) {
      dial.send(bytesOf(size(i), i));
      reception.send("ann", bytesOf(size(i), i));
    }
    await until(() => frames.length === count && received.length === count);
    for (let i = 0; i < count; i++) {
      expect(Buffer.compare(frames[i].frame, bytesOf(size(i), i))).toBe(0);
      expect(Buffer.compare(received[i], bytesOf(size(i), i))).toBe(0);
    }
    expect(frames.length).toBe(count);
    expect(state.renewed).toBe(1);
    expect(pipes.length).toBeGreaterThan(5);
  });
});

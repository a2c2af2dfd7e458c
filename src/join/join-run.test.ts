/** What a client believes of whom: its server, and other clients that the server passes on. */
import { expect, test } from "vitest";
import type { Trainer } from "../learn/training.ts";
import { systemClock } from "../runtime/node/system-clock.ts";
import { createIdentity } from "../runtime/session/identity.ts";
import { Reception } from "../runtime/session/reception.ts";
import { memoryConnections } from "../runtime/session/testing/memory-connection.ts";
import { encodeMessage } from "../runtime/wire/frame.ts";
import { type JoinEvent, joinRun } from "./join-run.ts";
import { encodePlan } from "./run-plan.ts";
import { ringPlan } from "./testing/ring-plan.ts";

const limits = {
  ...{ maxMessageBytes: 2 ** 20, heartbeat: 10, controlsPerSecond: 1000 },
  ...{ grace: 10, pending: 8, incomingBytes: 2 ** 20 },
};

test("another client cannot speak as the server", async () => {
  const events: JoinEvent[] = [];
  const seen = Promise.withResolvers<void>();
  const reception: Reception = new Reception({
    identity: await createIdentity(),
    clock: systemClock,
    limits,
    admit: async () => "ann",
    joined(client) {
      for (const kind of ["plan", "round", "close", "standing"]) {
        reception.send(client, encodeMessage({ kind, round: 1, body: { attempt: 1, accepted: true } }), {
          from: "mallory",
        });
      }
      // From the server itself the first of them is at least looked at.
      reception.send(client, encodeMessage({ kind: "plan", round: 0 }));
    },
    left: () => seen.resolve(),
    deliver: () => {},
    refuse: () => {},
  });
  const joined = joinRun({
    connect: async () => {
      const [mine, theirs] = memoryConnections();
      reception.accept(theirs);
      return mine;
    },
    clock: systemClock,
    identity: await createIdentity(),
    expect: async () => {},
    random: () => 0,
    recall: async () => undefined,
    prepare: () => {
      throw new Error("prepared for a plan that is none");
    },
    observe: (event) => events.push(event),
  });
  await expect(joined).rejects.toMatchObject({ code: "join.plan" });
  await seen.promise;
  const kinds = events.map(({ kind }) => kind);
  expect(kinds.filter((kind) => !["connecting", "connected"].includes(kind))).toEqual([]);
});

test.each(["prepare", "recall"] as const)(
  "nothing more is begun once a client has left in the midst of %s",
  async (where) => {
    const { plan, parts } = ringPlan();
    const leaving = new AbortController();
    const begun: string[] = [];
    const went = Promise.withResolvers<void>();
    const disposed = Promise.withResolvers<void>();
    const reception: Reception = new Reception({
      ...{ identity: await createIdentity(), clock: systemClock, limits },
      admit: async () => "ann",
      joined: (client) => reception.send(client, encodeMessage(encodePlan(plan, parts))),
      ...{ left: () => {}, deliver: () => {}, refuse: () => {} },
    });
    const trainer = {
      run: () => expect.unreachable(),
      [Symbol.asyncDispose]: async () => disposed.resolve(),
    } as unknown as Trainer;
    /** Leaves in its midst, and ends when the client is gone. */
    const begin = async (name: string) => {
      begun.push(name);
      if (name !== where) return;
      leaving.abort();
      await went.promise;
    };
    const end = await joinRun({
      connect: async () => {
        const [mine, theirs] = memoryConnections();
        reception.accept(theirs);
        return mine;
      },
      ...{ clock: systemClock, identity: await createIdentity(), expect: async () => {}, random: () => 0 },
      signal: leaving.signal,
      prepare: async () => {
        await begin("prepare");
        return { trainer, data: parts.trial };
      },
      recall: async () => {
        await begin("recall");
        return undefined;
      },
      observe: ({ kind }) => {
        if (kind === "ready") begun.push(kind);
      },
    });
    expect(end).toBe("left");
    went.resolve();
    await disposed.promise;
    expect(begun).toEqual(where === "prepare" ? ["prepare"] : ["prepare", "recall"]);
  },
);

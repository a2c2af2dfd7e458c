/** What a client believes of whom: its server, and other clients that the server passes on. */
import { expect, test } from "vitest";
import { systemClock } from "../runtime/node/system-clock.ts";
import { createIdentity } from "../runtime/session/identity.ts";
import { Reception } from "../runtime/session/reception.ts";
import { memoryConnections } from "../runtime/session/testing/memory-connection.ts";
import { encodeMessage } from "../runtime/wire/frame.ts";
import { type JoinEvent, joinRun } from "./join-run.ts";

test("another client cannot speak as the server", async () => {
  const events: JoinEvent[] = [];
  const seen = Promise.withResolvers<void>();
  const reception: Reception = new Reception({
    identity: await createIdentity(),
    clock: systemClock,
    limits: {
      ...{ maxMessageBytes: 2 ** 20, heartbeat: 10, controlsPerSecond: 1000 },
      ...{ grace: 10, pending: 8, incomingBytes: 2 ** 20 },
    },
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

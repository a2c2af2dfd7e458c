import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { collect, type EventStore } from "./event-store.ts";
import type { RunEvent } from "./events.ts";

/** A log that can be opened, closed and opened again. */
export interface StorePlace {
  open(): EventStore;
  /** Whether events outlive `close`. */
  readonly durable: boolean;
}

export function joined(sequence: number, client = `client-${sequence}`): RunEvent {
  return { kind: "client-joined", client, sequence, at: sequence / 2, wall: 1_700_000_000_000 + sequence };
}

function resumed(sequence: number, after: number): RunEvent {
  return { kind: "run-resumed", after, sequence, at: 0, wall: 1_700_000_000_000 + sequence };
}

/** Registers the tests that every `EventStore` has to pass. */
export function eventStoreContract(name: string, newPlace: () => StorePlace): void {
  describe(`${name} keeps the event log`, () => {
    const open: EventStore[] = [];
    const start = (place = newPlace()) => {
      const store = place.open();
      open.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of open.splice(0)) await store.close();
    });

    it("is empty at first", async () => {
      const store = start();
      expect(await store.readAll()).toEqual([]);
      expect(await store.lastSequence()).toBe(0);
    });

    it("gives back what was appended, in order", async () => {
      const store = start();
      const events = [joined(1), joined(2, "Zoë \u{1F600} </script> ' \u2028"), joined(3)];
      await store.append(events.slice(0, 2));
      await store.append(events.slice(2));
      await store.append([]);
      expect(await store.readAll()).toEqual(events);
      expect(await store.lastSequence()).toBe(3);
    });

    it("reads many events in pages without losing or repeating one", async () => {
      const store = start();
      await store.append(Array.from({ length: 2500 }, (_, i) => joined(i + 1)));
      const seen = await collect(store.read({ after: 17, limit: 2000 }));
      expect(seen.map((event) => event.sequence)).toEqual(Array.from({ length: 2000 }, (_, i) => i + 18));
    });

    it("skips equal events that it already holds", async () => {
      const store = start();
      await store.append([joined(1), joined(2)]);
      await store.append([joined(2), joined(3)]);
      await store.append([joined(1)]);
      expect(await store.readAll()).toEqual([joined(1), joined(2), joined(3)]);
    });

    it("refuses another event under a known number, and the whole batch with it", async () => {
      const store = start();
      await store.append([joined(1), joined(2)]);
      await expect(store.append([joined(2, "someone else"), joined(3)])).rejects.toMatchObject({
        code: "records.store.conflict",
      });
      await expect(store.append([joined(3), joined(3, "twin")])).rejects.toMatchObject({
        code: "records.store.conflict",
      });
      expect(await store.readAll()).toEqual([joined(1), joined(2)]);
    });

    it.each([0, -1, 1.5, 4])("refuses a gap (event %d after 2)", async (sequence) => {
      const store = start();
      await store.append([joined(1), joined(2)]);
      await expect(store.append([joined(3), joined(4), joined(6)])).rejects.toMatchObject({
        code: "records.store.gap",
      });
      await expect(store.append([joined(sequence)])).rejects.toMatchObject({ code: "records.store.gap" });
      expect(await store.lastSequence()).toBe(2);
    });

    it("is not touched by what happens to an event afterwards", async () => {
      const store = start();
      const event = { ...joined(1), client: "before" };
      await store.append([event]);
      event.client = "after";
      const [read] = (await store.readAll()) as { client: string }[];
      read.client = "after";
      expect(await store.readAll()).toEqual([{ ...joined(1), client: "before" }]);
    });

    it("keeps a number that is not finite as null", async () => {
      const store = start();
      const event: RunEvent = {
        ...{ kind: "client-trained", round: 1, client: "a", virtualSeconds: 1, examples: 1 },
        ...{ loss: Number.NaN, sequence: 1, at: 0, wall: 0 },
      };
      await store.append([event]);
      expect(await store.readAll()).toEqual([{ ...event, loss: null }]);
      await store.append([event]);
      expect(await store.lastSequence()).toBe(1);
    });

    it("leaves superseded events out, also from partial reads", async () => {
      const store = start();
      const events = [1, 2, 3, 4].map((n) => joined(n));
      await store.append([...events, resumed(5, 2), joined(6), joined(7)]);
      const sequences = async (options?: { after?: number; limit?: number }) =>
        (await collect(store.read(options))).map((event) => event.sequence);
      expect(await sequences()).toEqual([1, 2, 5, 6, 7]);
      expect(await sequences({ after: 3 })).toEqual([5, 6, 7]);
      expect(await sequences({ after: 1, limit: 2 })).toEqual([2, 5]);
      expect(await sequences({ limit: 0 })).toEqual([]);
      expect(await sequences({ after: 7 })).toEqual([]);
      expect(await store.lastSequence()).toBe(7);
    });

    it("follows any chain of resumes as a plain rereading of the log does", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(fc.nat(30)), { maxLength: 30 }), async (steps) => {
          const place = newPlace();
          await using store = place.open();
          const log = steps.map((step, i) =>
            step === null ? joined(i + 1) : resumed(i + 1, step % (i + 1)),
          );
          await store.append(log);
          // The oracle replays the log forwards; histories[n] is the effective history after n events.
          const histories: RunEvent[][] = [[]];
          for (const event of log) {
            const base = event.kind === "run-resumed" ? event.after : event.sequence - 1;
            histories.push([...histories[base], event]);
          }
          expect(await store.readAll()).toEqual(histories.at(-1));
        }),
        { numRuns: 60 },
      );
    });

    it("shows a reader the log as it was when the reading began", async () => {
      const store = start();
      await store.append([joined(1), joined(2), joined(3)]);
      const seen: number[] = [];
      for await (const event of store.read()) {
        seen.push(event.sequence);
        if (event.sequence === 1) await store.append([resumed(4, 1), joined(5)]);
      }
      expect(seen).toEqual([1, 2, 3]);
      expect((await store.readAll()).map((event) => event.sequence)).toEqual([1, 4, 5]);
    });

    it("refuses work after it was closed, and closes twice without complaint", async () => {
      const store = start();
      await store.close();
      await store.close();
      const closed = { code: "records.store.closed" };
      await expect(store.append([joined(1)])).rejects.toMatchObject(closed);
      await expect(store.readAll()).rejects.toMatchObject(closed);
      await expect(store.lastSequence()).rejects.toMatchObject(closed);
    });

    it("continues where it was closed", async ({ skip }) => {
      const place = newPlace();
      skip(!place.durable, "this store ends with the process by design");
      const first = place.open();
      await first.append([joined(1), joined(2)]);
      await first.close();
      const second = start(place);
      expect(await second.lastSequence()).toBe(2);
      await second.append([joined(2), joined(3)]);
      expect(await second.readAll()).toEqual([joined(1), joined(2), joined(3)]);
    });
  });
}

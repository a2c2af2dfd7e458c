import { expect, test } from "vitest";
import { openMemoryStore } from "../records/memory-store.ts";
import { Journal } from "./journal.ts";

test("events that could not be written are still next, so that the log never has a gap", async () => {
  const store = openMemoryStore();
  let full = true;
  const journal = new Journal(
    Object.assign(Object.create(store), {
      append: async (events: Parameters<typeof store.append>[0]) => {
        if (full) throw new Error("disk full");
        await store.append(events);
      },
    }),
    0,
  );
  journal.stamp(0, { kind: "client-joined", client: "a" });
  await expect(journal.flush()).rejects.toThrow("disk full");
  full = false;
  journal.stamp(1, { kind: "client-joined", client: "b" });
  await journal.flush();
  await journal.flush();
  expect((await store.readAll()).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test("an event is in the log soon, also when none comes after it", async () => {
  const store = openMemoryStore();
  const journal = new Journal(store, 0);
  journal.stamp(0, { kind: "client-joined", client: "a" });
  await journal.flushWhenDue();
  expect(await store.readAll()).toEqual([]);
  await expect.poll(() => store.readAll()).toHaveLength(1);
});

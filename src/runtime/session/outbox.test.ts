import { describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

describe("what waits for a peer", () => {
  test("is too much by its bytes, unless it is a single message, until some of it is acknowledged", () => {
    const outbox = new Outbox(100);
    outbox.add(new Uint8Array(1000), {});
    expect(outbox.isOverfull).toBe(false);
    outbox.add(new Uint8Array(50), {});
    expect(outbox.isOverfull).toBe(true);
    expect([outbox.next()?.sequence, outbox.next()?.sequence, outbox.next()]).toEqual([1, 2, undefined]);
    outbox.acknowledge(1);
    outbox.add(new Uint8Array(50), {});
    expect(outbox.isOverfull).toBe(false);
    outbox.add(new Uint8Array(1), {});
    expect(outbox.isOverfull).toBe(true);
    outbox.clear();
    expect([outbox.isOverfull, outbox.isEmpty]).toEqual([false, true]);
  });

  test("is begun again where the acknowledgements end", () => {
    const outbox = new Outbox(100);
    for (let i = 0; i < 5; i++) outbox.add(Uint8Array.of(i), {});
    for (let i = 0; i < 4; i++) outbox.next();
    outbox.acknowledge(2);
    expect(outbox.latest?.sequence).toBe(4);
    outbox.rewind();
    outbox.forget(3);
    expect(outbox.next()?.sequence).toBe(4);
    expect([outbox.isNews(3), outbox.isNews(4)]).toEqual([false, true]);
    // Whoever says to have more than there is gets what comes next.
    outbox.forget(1000);
    outbox.add(Uint8Array.of(6), {});
    expect(outbox.next()?.sequence).toBe(6);
  });
});

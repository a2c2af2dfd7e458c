import { expect, test } from "vitest";
import type { SentMessage } from "../../src/join/transcript.ts";
import { emptyLog, logAfter, mostBody, mostRows } from "./transcript-log.ts";

const sent = (kind: string, bytes: number, body = {}): SentMessage => ({
  ...{ wall: 0, kind, round: 1, to: ["server"], bytes, body },
  ...{ tensors: [], protection: [] },
});

test("the newest stands first, and totals are kept by kind", () => {
  const log = [sent("ready", 10), sent("update", 100), sent("update", 200)].reduce(logAfter, emptyLog);
  expect(log.rows.map(({ number, bytes }) => [number, bytes])).toEqual([
    [3, 200],
    [2, 100],
    [1, 10],
  ]);
  expect(log).toMatchObject({
    messages: 3,
    bytes: 310,
    kinds: { ready: { messages: 1, bytes: 10 }, update: { messages: 2, bytes: 300 } },
  });
});

test("memory is bounded, totals are not", () => {
  const large = { share: "x".repeat(10 * mostBody) };
  let log = emptyLog;
  for (let i = 0; i < mostRows + 5; i++) log = logAfter(log, sent("update", 1, large));
  expect(log.rows).toHaveLength(mostRows);
  expect(log.rows.at(-1)?.number).toBe(6);
  expect(log).toMatchObject({ messages: mostRows + 5, bytes: mostRows + 5 });
  expect(log.rows[0].body.length).toBeLessThan(mostBody + 50);
  expect(log.rows[0].body).toContain(`(${JSON.stringify(large).length} characters)`);
});

import { expect, test } from "vitest";
import type { JoinEvent } from "./join-run.ts";
import { OwnModelWatch } from "./own-model-watch.ts";

test("tells of a model once, under the round that has made it", () => {
  let confirmed = { model: Float32Array.of(0), round: 0 };
  const events: JoinEvent[] = [];
  const watch = new OwnModelWatch(
    () => confirmed,
    (event) => events.push(event),
  );
  watch.look();
  expect(events).toEqual([]);
  for (const round of [2, 5]) {
    confirmed = { model: Float32Array.of(round), round };
    watch.look();
    watch.look();
  }
  expect(events).toEqual([2, 5].map((round) => ({ kind: "model", round, model: Float32Array.of(round) })));
});

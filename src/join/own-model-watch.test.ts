import { expect, test } from "vitest";
import type { JoinEvent } from "./join-run.ts";
import { OwnModelWatch } from "./own-model-watch.ts";

test("tells of a model once, under the round that has made it", () => {
  const models = [0, 1, 2].map((entry) => Float32Array.of(entry));
  let confirmed = models[0];
  const events: JoinEvent[] = [];
  const watch = new OwnModelWatch(
    models[0],
    () => confirmed,
    (event) => events.push(event),
  );
  const look = (kind: string, round: number) => watch.look({ kind, round });

  look("round", 1);
  look("close", 1);
  expect(events).toEqual([]);
  look("round", 2);
  confirmed = models[1];
  look("close", 2);
  look("close", 2);
  look("round", 3);
  // The close of round 3 has not come.
  confirmed = models[2];
  look("round", 4);
  look("close", 4);
  expect(events).toEqual([
    { kind: "model", round: 2, model: models[1] },
    { kind: "model", round: 3, model: models[2] },
  ]);
});

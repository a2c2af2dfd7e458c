import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Effect, Input, Party } from "../party.ts";
import { withAbsences } from "./absences.ts";
import { type Absence, createNetwork } from "./network.ts";

/** Works on whatever it is sent, unless it is told to rest. */
const worker: Party<string, string, string> = {
  handle(input: Input<string>): Effect<string, string>[] {
    if (input.kind !== "message" || input.message.kind === "rest") return [];
    return [{ kind: "job", id: "work", round: input.message.round, job: "work" }];
  },
  snapshot: () => "state",
  restore: () => {},
};

test("a client is absent when the work of an attempt begins, as often and as long as the network says", () => {
  const spec = {
    dropout: 0.2,
    crash: { probability: 0.3, downtime: 4 },
    faults: { leave: { probability: 0.5, seconds: 2 } },
  };
  const network = createNetwork(spec, SimulationRandom.fromSeed(1), []);
  const absences: Absence[] = [];
  const party = withAbsences(worker, "ann", network, (absence) => absences.push(absence));
  const expected: Absence[] = [];
  for (let round = 1; round <= 100; round++) {
    for (const attempt of [1, 2]) {
      const absence = network.availability({ round, attempt: attempt - 1, client: "ann", workSeconds: 0 });
      if (absence) expected.push(absence);
      for (const kind of ["rest", "round", "round"]) {
        const effects = party.handle(
          { kind: "message", from: "server", message: { kind, round, body: { attempt } } },
          round,
        );
        expect(effects).toHaveLength(kind === "rest" ? 0 : 1);
      }
    }
  }
  expect(absences).toEqual(expected);
  expect(new Set(absences.map(({ kind }) => kind))).toEqual(new Set(["dropout", "crash", "leave"]));
  expect(absences.every(({ leavesAfter }) => leavesAfter === 0)).toBe(true);
  expect(party.snapshot()).toBe("state");
});

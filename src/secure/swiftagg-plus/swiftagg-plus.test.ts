import { expect, test } from "vitest";
import type { ServerHalf } from "../../federated/protocol.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { contributionsOf, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { drive, type Envelope, type Fate } from "../testing/drive.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { goingAt, halvesFor, STAGES } from "./testing/round.ts";

const DIMENSION = 6;
const HOW = ["leave", "vanish"] as const;

test.each(STAGES)("one more than may go, before %s", (stage) => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(4);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  for (const how of HOW) {
    const stages = new Map(clients.slice(1, 3).map((client) => [client, stage]));
    const { result, abort } = drive({ halves, cohort, dimension: DIMENSION, fate: goingAt(stages, how) });
    if (stage === "passed") {
      // Their sums were on their way: nothing is lost.
      expect(result!.contributors).toHaveLength(4);
    } else {
      expect(result).toBeUndefined();
      expect(abort?.code).toBe(stage === "key" ? "secure.parameters" : "secure.dropouts");
    }
  }
});

test("whoever leaves after passing its sum on breaks nothing, however many they are", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(8);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  const inner = halves.server;
  const server: ServerHalf = {
    ...serverOf(inner),
    message: (from, message) => {
      const step = inner.message(from, message);
      return message.kind === "passed" ? { ...step, ...inner.left(from) } : step;
    },
  };
  const driven = drive({ halves: { ...halves, server }, cohort, dimension: DIMENSION, deadline: "never" });
  expect(expectExact(driven, cohort, options)).toHaveLength(8);
});

/** The half's methods as an object of their own, to be changed. */
function serverOf(inner: ServerHalf): ServerHalf {
  return {
    open: (opened) => inner.open(opened),
    message: (from, message) => inner.message(from, message),
    left: (client) => inner.left(client),
    deadline: () => inner.deadline(),
  };
}

test("a sequence that breaks in the first group is broken in all, and whoever drops out of it then breaks nothing", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(12);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  const { sent } = drive({ halves, cohort, dimension: DIMENSION });
  const [{ from: first }] = sent.filter(({ message }) => message.kind === "partial");
  const behind = sent.find(({ from, message }) => from === first && message.kind === "partial")!.to;
  const stages = new Map([first, behind].map((client) => [client, "received" as const]));
  // Both hold shares of all, and both are in the sum.
  const driven = drive({ halves, cohort, dimension: DIMENSION, fate: goingAt(stages, "vanish") });
  expect(expectExact(driven, cohort, options)).toHaveLength(12);
  expect(driven.result!.figures).toMatchObject({ brokenSequences: 1 });
  const sums = driven.sent.filter(({ message }) => message.kind === "partial" || message.kind === "final");
  expect(sums).toHaveLength(3 * 3);
});

test("in any order, with losses, duplicates and impatience, sums are exact or there are none", () => {
  const seen = { result: 0, abort: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const [colluders, dropouts] = [random.integer(4), random.integer(4)];
    const least = Math.max(colluders + dropouts + 1, colluders + 2);
    const count = least + random.integer(seed % 20 === 0 ? 64 - least : 10);
    const most = Math.min(count, seed % 20 === 0 ? 10 : count) - colluders - dropouts;
    const options: SwiftAggPlusOptions = {
      ...{ colluders, dropouts, sum: SUM },
      parts: count < 20 && random.integer(3) === 0 ? "auto" : 1 + random.integer(most),
      topology: random.integer(2) === 0 ? "chain" : "tree",
      basis: random.integer(2) === 0 ? "lagrange" : "monomial",
    };
    const clients = namesOf(count);
    const dimension = 1 + random.integer(20);
    const contributions = contributionsOf(clients, dimension);
    const fates: Fate[] = ["leave", "vanish", "lose"];
    const harm = (random.uniform() * 0.05 * Math.max(dropouts, 0.2)) / count;
    const fate = (envelope: Envelope): Fate => {
      const draw = random.uniform();
      if (draw < harm && envelope.from !== "server") return fates[random.integer(3)];
      return draw > 0.9 ? [envelope, envelope] : "deliver";
    };
    const straggler = random.integer(4 * count);
    const cohort = new Map([...contributions].map(([id, c], i) => [id, i === straggler ? null : c]));
    const driven = drive({
      ...{ halves: halvesFor(options, clients), cohort, dimension, fate, seed },
      ...{ impatience: 0.001 * random.integer(3), reload: count < 8 },
    });
    if (driven.result) {
      seen.result++;
      const included = expectExact(driven, contributions, options);
      const { participants } = driven.result.figures!;
      const fewest = Math.max((participants as number) - dropouts, colluders + 2);
      expect(included.length, `seed ${seed}`).toBeGreaterThanOrEqual(fewest);
    } else {
      seen.abort++;
      expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few|parameters)$/);
    }
  }
  expect(seen.result).toBeGreaterThan(10);
  expect(seen.abort).toBeGreaterThan(3);
});

test("without trouble the order of events does not change a bit, nor who is counted", () => {
  const options = { colluders: 2, dropouts: 1, parts: 1, topology: "tree", sum: SUM } as const;
  const clients = namesOf(9);
  const cohort = contributionsOf(clients, DIMENSION);
  const first = drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION });
  expect(first.result!.contributors.toSorted()).toEqual(clients.toSorted());
  for (let seed = 1; seed <= 4; seed++) {
    const halves = halvesFor(options, clients);
    const setting = {
      cohort,
      dimension: DIMENSION,
      seed,
      deadline: "never",
      reload: seed === 1,
    } as const;
    const again = drive({ halves, ...setting });
    expect(again.result!.update).toEqual(first.result!.update);
    expect(again.result!.contributors.toSorted()).toEqual(clients.toSorted());
  }
});

test("a client whose share did not reach every member is left out, and still sums for the others", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(5);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  const { sent } = drive({ halves, cohort, dimension: DIMENSION });
  const members = new Set(sent.filter(({ message }) => message.kind === "final").map(({ from }) => from));
  const [unlucky, other] = members;
  const fate = ({ from, to, message }: Envelope): Fate =>
    from === unlucky && to === other && message.kind === "share" ? "lose" : "deliver";
  const driven = drive({ halves, cohort, dimension: DIMENSION, fate });
  expect(expectExact(driven, cohort, options)).not.toContain(unlucky);
  expect(driven.phases).toEqual(["share", "report", "last call", "sum"]);
  expect(driven.result!.figures).toMatchObject({ included: 4, brokenSequences: 0 });
});

test("nobody waits for the shares of a client that has left", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(4);
  const cohort = contributionsOf(clients, DIMENSION);
  const leaves = goingAt(new Map([["client-1", "received"]]), "leave");
  const fate = (envelope: Envelope): Fate =>
    envelope.message.kind === "share" && envelope.from === "client-1" ? "lose" : leaves(envelope);
  const halves = halvesFor(options, clients);
  const driven = drive({ halves, cohort, dimension: DIMENSION, fate, deadline: "never" });
  expect(expectExact(driven, cohort, options)).toHaveLength(3);
});

test("sums have as many times the deadline as they have hops to go", () => {
  for (const [topology, hops] of [
    ["chain", ["hop 2", "hop 3"]],
    ["tree", ["hop 2"]],
  ] as const) {
    const options = { colluders: 1, dropouts: 1, parts: 2, topology, sum: SUM };
    const clients = namesOf(12);
    const driven = drive({
      ...{ halves: halvesFor(options, clients), cohort: contributionsOf(clients, DIMENSION) },
      dimension: DIMENSION,
      fate: ({ message }) => (message.kind === "partial" ? "lose" : "deliver"),
    });
    expect(driven.phases).toEqual(["share", "report", "sum", ...hops]);
    expect(driven.abort).toEqual({
      code: "secure.dropouts",
      reason: "Too many clients fell silent: 4 of 4 sequences of sums are broken, and 3 must hold.",
    });
  }
});

test("a client whose training failed does not count as one that fell silent", () => {
  const options = { colluders: 1, dropouts: 2, parts: 2, sum: SUM };
  const clients = namesOf(5);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  const inner = halves.server;
  // What the round machine makes of a client's word that its training diverged.
  const server: ServerHalf = {
    ...serverOf(inner),
    message: (from, message) =>
      from === "client-3" && message.kind === "shared" ? inner.left(from) : inner.message(from, message),
  };
  const leaves = goingAt(
    new Map([
      ["client-0", "received"],
      ["client-1", "received"],
    ]),
    "vanish",
  );
  const fate = (envelope: Envelope): Fate =>
    envelope.message.kind === "share" && envelope.from === "client-3" ? "lose" : leaves(envelope);
  const driven = drive({ halves: { ...halves, server }, cohort, dimension: DIMENSION, fate });
  expect(expectExact(driven, cohort, options)).toHaveLength(4);
});

test("who is slow to train is left out, but goes on summing for the others", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(4);
  const contributions = contributionsOf(clients, DIMENSION);
  const cohort = new Map([...contributions, ["client-2", null] as const]);
  const halves = halvesFor(options, clients);
  // One sequence breaks besides: the others are needed, also that of the slow one.
  const stages = new Map([["client-1", "received" as const]]);
  const driven = drive({ halves, cohort, dimension: DIMENSION, fate: goingAt(stages, "vanish") });
  expect(expectExact(driven, contributions, options)).not.toContain("client-2");
  expect(driven.sent.filter(({ message }) => message.kind === "final").map(({ from }) => from)).toContain(
    "client-2",
  );
  // What it learns in the end comes too late: nobody would sum it.
  expect(halves.clients.get("client-2")!.contribute(contributions.get("client-2")!)).toEqual({ send: [] });
});

test("over-selection ends the round at the target", () => {
  const options = { colluders: 1, dropouts: 2, parts: 2, sum: SUM };
  const clients = namesOf(11);
  const contributions = contributionsOf(clients, DIMENSION);
  const cohort = new Map([...contributions, ["client-0", null] as const, ["client-4", null] as const]);
  const halves = halvesFor(options, clients);
  const setting = { halves, cohort, dimension: DIMENSION, deadline: "never" } as const;
  expect(expectExact(drive({ ...setting, target: 9 }), contributions, options)).toHaveLength(9);
  // Fewer than N - D never make a sum, whatever the target.
  expect(expectExact(drive({ ...setting, target: 3 }), contributions, options)).toHaveLength(9);
  expect(() => drive({ ...setting, target: 10 })).toThrow("never ends");
});

test("fewer than the round's minimum make no sum", () => {
  const options = { colluders: 1, dropouts: 2, parts: 2, sum: SUM };
  const clients = namesOf(6);
  const cohort = new Map([...contributionsOf(clients, DIMENSION), ["client-0", null] as const]);
  const driven = (minimum: number) =>
    drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION, minimum });
  expect(driven(5).result?.contributors).toHaveLength(5);
  expect(driven(6).abort).toEqual({
    code: "secure.too-few",
    reason: "Only 5 contributions have reached all that they must reach; at least 6 are needed.",
  });
  const fate = goingAt(new Map([["client-1", "key"]]), "leave");
  const halves = halvesFor(options, clients);
  expect(drive({ halves, cohort, dimension: DIMENSION, minimum: 6, fate }).abort).toEqual({
    code: "round.too-few",
    reason: "Only 5 of at least 6 clients gave a key.",
  });
});

test("a round that cannot be planned is given up at once, and one without weight in the end", () => {
  const clients = namesOf(4);
  const contributions = contributionsOf(clients, DIMENSION);
  const setting = { cohort: contributions, dimension: DIMENSION };
  const greedy = { colluders: 2, dropouts: 1, parts: 2, sum: SUM };
  expect(drive({ halves: halvesFor(greedy, clients), ...setting }).abort).toEqual({
    code: "secure.parameters",
    reason:
      "SwiftAgg+ cannot run: with 4 clients, 2 colluders and 1 dropouts, 2 parts need groups of 5; " +
      "ask more clients, or lower parts.",
  });
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const idle = new Map([...contributions].map(([id, c]) => [id, { ...c, examples: 0 }]));
  const weightless = drive({ halves: halvesFor(options, clients), cohort: idle, dimension: DIMENSION });
  expect(weightless.abort?.code).toBe("secure.no-weight");
});

test("noise is drawn anew for every attempt, and the order too", () => {
  const options = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
  const clients = namesOf(8);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  const attempts = [1, 2].map((attempt) => drive({ halves, cohort, dimension: DIMENSION, attempt }));
  expect(attempts[1].result!.update).toEqual(attempts[0].result!.update);
  const [first, second] = attempts.map(({ sent }) => {
    const of = (kind: string) => sent.filter(({ message }) => message.kind === kind);
    return {
      finals: of("final").map(({ message }) => message.tensors!.sum),
      names: of("plan")[0].message.tensors!.names,
    };
  });
  expect(second.names).not.toEqual(first.names);
  for (const final of first.finals) expect(second.finals).not.toContainEqual(final);
});

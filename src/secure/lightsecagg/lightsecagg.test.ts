import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { contributionsOf, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { goingAt } from "../testing/departures.ts";
import { drive, type Envelope, type Fate } from "../testing/drive.ts";
import { lightSecAggLoads } from "./counters.ts";
import { survivorsOf } from "./plan.ts";
import { halvesFor, STAGES } from "./testing/round.ts";

const DIMENSION = 6;

test.each(STAGES)("one more than may go, before %s: the round is given up", (stage) => {
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const clients = namesOf(4);
  const halves = halvesFor(options, clients);
  for (const how of ["leave", "vanish"] as const) {
    const stages = new Map(clients.slice(1, 3).map((client) => [client, stage]));
    const cohort = contributionsOf(clients, DIMENSION);
    const driven = drive({ halves, cohort, dimension: DIMENSION, fate: goingAt(stages, how) });
    expect(driven.result).toBeUndefined();
    expect(driven.abort?.code).toBe("secure.dropouts");
  }
});

test("in any order, with losses, duplicates and impatience, sums are exact or there are none", () => {
  const seen = { result: 0, abort: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const count = 3 + random.integer(seed % 20 === 0 ? 20 : 6);
    const dropouts = random.integer(count - 2);
    const colluders = random.integer(count - dropouts - 1);
    const survivors = colluders + 1 + random.integer(count - dropouts - colluders);
    const options = { colluders, dropouts, survivors, sum: SUM };
    const clients = namesOf(count);
    const contributions = contributionsOf(clients, 1 + random.integer(20));
    const dimension = contributions.get(clients[0])!.update.length;
    const fates: Fate[] = ["leave", "vanish", "lose"];
    const harm = random.uniform() * 0.02;
    const fate = (envelope: Envelope): Fate => {
      const draw = random.uniform();
      if (draw < harm && envelope.from !== "server") return fates[random.integer(3)];
      return draw > 0.9 ? [envelope, envelope] : "deliver";
    };
    const straggler = random.integer(count + 3);
    const cohort = new Map([...contributions].map(([id, c], i) => [id, i === straggler ? null : c]));
    const driven = drive({
      ...{ halves: halvesFor(options, clients), cohort, dimension, fate, seed },
      ...{ impatience: 0.002 * random.integer(2), reload: count < 12 && seed % 2 === 0 },
    });
    if (driven.result) {
      seen.result++;
      const included = expectExact(driven, contributions, options);
      expect(included.length, `seed ${seed}`).toBeGreaterThanOrEqual(colluders + 2);
    } else {
      seen.abort++;
      expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few)$/);
    }
  }
  expect(seen.result).toBeGreaterThan(15);
  expect(seen.abort).toBeGreaterThan(3);
});

test("without trouble the order of events does not change a bit, nor who is counted", () => {
  const options = { colluders: 2, dropouts: 2, sum: SUM };
  const clients = namesOf(7);
  const cohort = contributionsOf(clients, DIMENSION);
  const first = drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION });
  expect(first.result!.contributors).toEqual(clients);
  for (let seed = 1; seed <= 4; seed++) {
    const again = drive({
      halves: halvesFor(options, clients),
      cohort,
      dimension: DIMENSION,
      ...{ seed, deadline: "never", reload: true },
    });
    expect(again.result).toEqual(first.result);
  }
});

test("a client whose mask share did not reach everyone is left out, and still helps", () => {
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const clients = namesOf(5);
  const cohort = contributionsOf(clients, DIMENSION);
  const fate = ({ from, to }: Envelope): Fate =>
    from === "client-1" && to === "client-3" ? "lose" : "deliver";
  const driven = drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION, fate });
  expect(expectExact(driven, cohort, options)).toEqual(["client-0", "client-2", "client-3", "client-4"]);
  expect(driven.phases).toEqual(["share", "report", "recover"]);
  const helpers = driven.sent.filter(({ message }) => message.kind === "recovery").map(({ from }) => from);
  expect(helpers).toContain("client-1");
});

test("who is slow to train is left out, but counts as no dropout and goes on holding shares", () => {
  const options = { colluders: 1, dropouts: 0, sum: SUM };
  const clients = namesOf(4);
  const contributions = contributionsOf(clients, DIMENSION);
  const cohort = new Map([...contributions, ["client-2", null] as const]);
  const driven = drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION });
  // All four shares are needed, also that of the client which is not in the sum.
  expect(expectExact(driven, contributions, options)).toEqual(["client-0", "client-1", "client-3"]);
});

test("what too many have left is given up at once, not when the others have trained", () => {
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const clients = namesOf(4);
  const cohort = new Map(
    [...contributionsOf(clients, DIMENSION)].map(([id, c]) => [id, id < "client-2" ? c : null]),
  );
  const stages = new Map(clients.slice(0, 2).map((client) => [client, "upload" as const]));
  const driven = drive({
    ...{ halves: halvesFor(options, clients), cohort, dimension: DIMENSION },
    ...{ fate: goingAt(stages, "leave"), deadline: "never" },
  });
  expect(driven.abort).toEqual({
    code: "secure.dropouts",
    reason: "More than 1 of 4 clients left or fell silent; the others cannot undo the masks.",
  });
});

test("over-selection ends the round at the target", () => {
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const clients = namesOf(6);
  const contributions = contributionsOf(clients, DIMENSION);
  const cohort = new Map([...contributions, ["client-0", null] as const, ["client-4", null] as const]);
  const driven = drive({
    ...{ halves: halvesFor(options, clients), cohort, dimension: DIMENSION, target: 4, deadline: "never" },
  });
  expect(expectExact(driven, contributions, options)).toHaveLength(4);
});

test("fewer than the round's minimum make no sum", () => {
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const clients = namesOf(5);
  const cohort = new Map([...contributionsOf(clients, DIMENSION), ["client-0", null] as const]);
  const setting = { cohort, dimension: DIMENSION };
  const driven = (minimum: number) => drive({ halves: halvesFor(options, clients), ...setting, minimum });
  expect(driven(4).result?.contributors).toHaveLength(4);
  expect(driven(5).abort).toEqual({
    code: "secure.too-few",
    reason: "Fewer than 5 clients contributed whose masks can be undone.",
  });
});

test("a round that cannot be planned is given up at once, and one without weight in the end", () => {
  const clients = namesOf(4);
  const contributions = contributionsOf(clients, DIMENSION);
  const setting = { cohort: contributions, dimension: DIMENSION };
  const greedy = { colluders: 2, dropouts: 1, sum: SUM };
  expect(drive({ halves: halvesFor(greedy, clients), ...setting }).abort).toEqual({
    code: "secure.parameters",
    reason:
      "LightSecAgg cannot run: 4 clients less 1 dropouts are 3, fewer than colluders + 2 = 4; " +
      "ask more clients, or change colluders, dropouts or survivors.",
  });
  const options = { colluders: 1, dropouts: 1, sum: SUM };
  const idle = new Map([...contributions].map(([id, c]) => [id, { ...c, examples: 0 }]));
  const weightless = drive({ halves: halvesFor(options, clients), cohort: idle, dimension: DIMENSION });
  expect(weightless.abort?.code).toBe("secure.no-weight");
});

test.each([
  { clients: 5, colluders: 1, dropouts: 1, survivors: undefined, dimension: 11 },
  { clients: 6, colluders: 2, dropouts: 1, survivors: 4, dimension: 8 },
])("traffic is what the formulas say: $clients clients, $colluders colluders", (setting) => {
  const { colluders, dropouts, dimension } = setting;
  const clients = namesOf(setting.clients);
  const options = {
    ...{ colluders, dropouts, sum: SUM },
    ...(setting.survivors && { survivors: setting.survivors }),
  };
  const cohort = contributionsOf(clients, dimension);
  const { sent, result } = drive({ halves: halvesFor(options, clients), cohort, dimension });
  const loads = lightSecAggLoads({
    ...{ clients: clients.length, included: clients.length, symbols: dimension + 1, colluders },
    survivors: survivorsOf(options, clients.length),
  });
  const symbolsOf = ({ message: { tensors } }: Envelope) => {
    const [tensor] = Object.values(tensors!);
    // A nonce of 12 bytes in front and a tag of 16 behind.
    return tensor instanceof Uint8Array ? (tensor.length - 28) / 4 : tensor.length;
  };
  const count = (of: (envelope: Envelope) => boolean) =>
    sent.filter(of).reduce((sum, envelope) => sum + symbolsOf(envelope), 0);
  for (const client of clients) {
    expect(count(({ from, message }) => from === client && message.kind === "share")).toBe(loads.offline);
    expect(count(({ to, message }) => to === client && message.kind === "share")).toBe(loads.offline);
    expect(count(({ from, message }) => from === client && message.kind === "upload")).toBe(loads.upload);
    expect(count(({ from, message }) => from === client && message.kind === "recovery")).toBe(loads.recovery);
  }
  const perClient = loads.offline + loads.upload + loads.recovery;
  expect(result!.figures).toEqual({
    ...{ participants: clients.length, included: clients.length, gone: 0 },
    ...{ survivors: survivorsOf(options, clients.length), connections: loads.connections },
    ...{ clientSymbols: perClient, clientSymbolsExpected: perClient },
    ...{ serverSymbols: loads.server, serverSymbolsExpected: loads.server },
  });
  const pairs = new Set(sent.map(({ from, to }) => [from, to].sort().join()));
  expect(pairs.size).toBe(loads.connections);
});

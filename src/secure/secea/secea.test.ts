import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Envelope, Fate } from "../testing/drive.ts";
import {
  driveWorld,
  execute,
  expectExact,
  halvesOf,
  labelOf,
  OPTIONS,
  type World,
  worldOf,
} from "./testing/round.ts";
import { goingAt, type Stage } from "./testing/stages.ts";

const world = worldOf(5, OPTIONS);
const { clients } = world;

test("every client gets the means of all owners, in round after round with one registration", () => {
  const halves = halvesOf(world);
  for (const round of [1, 2, 3]) {
    const driven = driveWorld(world, halves, { round, deadline: "never" });
    expect(expectExact(world, driven, round)).toEqual(clients);
    expect(driven.models.size).toBe(5);
    expect(driven.result!.figures).toMatchObject({ registrations: round === 1 ? 1 : 0, measured: 5 });
  }
});

test("in any order, with losses, duplicates and impatience, means are exact or there are none", () => {
  const seen = { result: 0, abort: 0 };
  for (let seed = 1; seed <= 24; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const count = 4 + random.integer(5);
    const colluders = random.integer(2);
    const dropouts = random.integer(Math.min(3, count - 2 * colluders - 1));
    const queries = random.integer(2) ? 6 : undefined;
    const options = { ...OPTIONS, colluders, dropouts, ...(queries && { queries }) };
    const some = worldOf(count, options, seed);
    const halves = halvesOf(some);
    const fates: Fate[] = ["leave", "vanish", "lose"];
    const harm = random.uniform() * 0.01;
    const fate = (envelope: Envelope): Fate => {
      const draw = random.uniform();
      if (draw < harm && envelope.from !== "server") return fates[random.integer(3)];
      return draw > 0.9 ? [envelope, envelope] : "deliver";
    };
    for (const round of [1, 2]) {
      const straggler = random.integer(count + 3);
      const driven = driveWorld(some, halves, {
        cohort: new Map([...some.contributions].map(([id, c], i) => [id, i === straggler ? null : c])),
        ...{ round, fate, seed, impatience: 0.001 * random.integer(2), reload: seed % 2 === 0 },
      });
      if (driven.result) {
        seen.result++;
        const included = expectExact(some, driven, round);
        expect(included.length, `seed ${seed}`).toBeGreaterThanOrEqual(colluders + 2);
      } else {
        seen.abort++;
        expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few)$/);
      }
    }
  }
  expect(seen.result).toBeGreaterThan(20);
  expect(seen.abort).toBeGreaterThan(3);
});

test("without trouble the order of events changes nothing", () => {
  const first = driveWorld(world, halvesOf(world));
  for (let seed = 1; seed <= 6; seed++) {
    const again = driveWorld(world, halvesOf(world), { seed, deadline: "never", reload: seed % 2 === 0 });
    expect(again.result).toEqual(first.result);
    expect(again.models.size).toBe(5);
    for (const [client, model] of again.models) expect(model).toEqual(first.models.get(client));
  }
});

test("who comes back without the registration brings about a new one", () => {
  const halves = halvesOf(world);
  expectExact(world, driveWorld(world, halves));
  halves.clients.set("client-2", halves.protocol.client("client-2"));
  const driven = driveWorld(world, halves, { round: 2 });
  expect(expectExact(world, driven, 2)).toEqual(clients);
  expect(driven.result!.figures).toMatchObject({ registrations: 1 });
  const next = driveWorld(world, halves, { round: 3 });
  expect(next.result!.figures).toMatchObject({ registrations: 0 });
  // So does a cohort that is too small for the one there is.
  const smaller = new Map([...world.contributions].slice(0, 4));
  expect(driveWorld(world, halves, { round: 4, cohort: smaller }).result!.figures).toMatchObject({
    registrations: 0,
  });
  const larger = worldOf(7, OPTIONS);
  const some = halvesOf(larger);
  expectExact(larger, driveWorld(larger, some));
  const five = driveWorld(larger, some, { round: 2, cohort: new Map([...larger.contributions].slice(2)) });
  expect(expectExact(larger, five, 2)).toEqual(larger.clients.slice(2));
  expect(five.result!.figures).toMatchObject({ registrations: 1, participants: 5 });
});

test("a registration outlives a restart on both sides, or none does", () => {
  const halves = halvesOf(world);
  const { protocol } = halves;
  expectExact(world, driveWorld(world, halves));
  const restored = protocol.server();
  restored.restore!(structuredClone(halves.server.snapshot!()));
  const same = { ...halves, server: restored };
  const driven = driveWorld(world, same, { round: 2, reload: true });
  expect(expectExact(world, driven, 2)).toEqual(clients);
  expect(driven.result!.figures).toMatchObject({ registrations: 0 });
  const forgetful = driveWorld(world, { ...halves, server: protocol.server() }, { round: 3 });
  expect(forgetful.result!.figures).toMatchObject({ registrations: 1 });
  // A server from before knows an old one.
  const outdated = driveWorld(world, { ...halves, server: restored }, { round: 4 });
  expect(outdated.result!.figures).toMatchObject({ registrations: 1 });
});

test("who is slow to train is left out, but counts as no dropout and answers the others", () => {
  const strict = worldOf(4, OPTIONS);
  const cohort = new Map([...strict.contributions, ["client-2", null] as const]);
  const gone = new Map<PartyId, Stage>([["client-0", "answers"]]);
  const driven = driveWorld(strict, halvesOf(strict), { cohort, fate: goingAt(gone, "vanish") });
  // Of three answers needed one is that of the client which is not in the sum.
  expect(expectExact(strict, driven)).toEqual(["client-0", "client-1", "client-3"]);
  expect([...driven.models.keys()].sort()).toEqual(["client-1", "client-3"]);
});

test("who is slow to measure is left out of the metrics only", () => {
  const slow = "client-3";
  const driven = driveWorld(world, halvesOf(world), {
    execute: (job, client) => (client === slow ? null : execute(job)),
  });
  expect(expectExact(world, driven)).toEqual(clients);
  expect(driven.result!.figures).toMatchObject({ measured: 4 });
  expect(driven.models.has(slow)).toBe(true);
});

test.each(["presence", "queries"])(
  "who is left out of a registration, for %s that were lost, comes in next",
  (kind) => {
    const halves = halvesOf(world);
    const fate = ({ from, to, message }: Envelope): Fate =>
      message.kind === kind && from === "client-1" && to === "client-3" ? "lose" : "deliver";
    const driven = driveWorld(world, halves, { fate });
    expect(expectExact(world, driven)).toEqual(clients.filter((client) => client !== "client-1"));
    // From then on nobody waits for it.
    expect(driven.phases.filter((phase) => phase.endsWith("last call"))).toEqual([`${kind} last call`]);
    const next = driveWorld(world, halves, { round: 2 });
    expect(expectExact(world, next, 2)).toEqual(clients);
    expect(next.result!.figures).toMatchObject({ registrations: 1 });
  },
);

test("shares of one who has left are not waited for, in whatever order that is said", () => {
  const reports: Envelope[] = [];
  const slow: Envelope[] = [];
  const driven = driveWorld(world, halvesOf(world), {
    deadline: "never",
    fate: (envelope) => {
      const { from, to } = envelope;
      const label = labelOf(envelope);
      if (from === "client-1" && label === "held tables") return "leave";
      if (to !== "client-3") return "deliver";
      if (from === "client-1" && label === "tables") return "lose";
      if (from === "client-0" && label === "tables") {
        slow.push(envelope);
        return "lose";
      }
      if (label !== "report tables") return "deliver";
      reports.unshift(envelope);
      // The second word overtakes the first, and something that was waited for comes after both.
      return reports.length === 1 ? "lose" : [...reports, ...slow];
    },
  });
  expect([reports.length, slow.length]).toEqual([2, 1]);
  expect(expectExact(world, driven)).toEqual(clients.filter((client) => client !== "client-1"));
});

test("who has trained when it is too late sends its table to nobody", () => {
  const halves = halvesOf(world);
  const late = "client-3";
  let sent: unknown;
  driveWorld(world, halves, {
    cohort: new Map([...world.contributions, [late, null] as const]),
    fate: (envelope) => {
      if (envelope.from === late && labelOf(envelope) === "held tables") {
        sent = halves.clients.get(late)!.contribute(world.contributions.get(late)!).send;
      }
      return "deliver";
    },
  });
  expect(sent).toEqual([]);
});

test("too few measurements to hide each other are not told, and the round counts", () => {
  const driven = driveWorld(world, halvesOf(world), {
    execute: (job, client) => (client < "client-2" ? execute(job) : null),
  });
  expect(expectExact(world, driven)).toEqual(clients);
  expect(driven.result).toMatchObject({ metrics: {}, figures: { measured: 0 } });
});

test("over-selection ends training at the target", () => {
  const cohort = new Map([...world.contributions, ["client-3", null] as const]);
  const driven = driveWorld(world, halvesOf(world), { cohort, target: 4, deadline: "never" });
  expect(expectExact(world, driven)).toEqual(clients.filter((client) => client !== "client-3"));
});

test("fewer than the round's minimum make no means", () => {
  const cohort = new Map([...world.contributions, ["client-3", null] as const]);
  expect(driveWorld(world, halvesOf(world), { cohort, minimum: 4 }).result?.contributors).toHaveLength(4);
  const driven = driveWorld(world, halvesOf(world), { cohort, minimum: 5 });
  expect(driven.abort).toEqual({
    code: "secure.too-few",
    reason: "Only 4 clients have shared their tables with all; at least 5 must.",
  });
  expect(driven.models.size).toBe(0);
});

test("a round that cannot be planned is given up at once", () => {
  const greedy = worldOf(5, { ...OPTIONS, parts: 2 });
  const { abort, sent } = driveWorld(greedy, halvesOf(greedy));
  expect(abort?.code).toBe("secure.parameters");
  expect(sent.filter(({ from }) => from === "server")).toEqual([]);
});

function owning(nothing: (client: PartyId) => boolean): World {
  const { holdings } = world.settings;
  const entities = new Int32Array(0);
  const settings = {
    ...world.settings,
    holdings: (id: PartyId) => (nothing(id) ? { ...holdings(id), entities } : holdings(id)),
  };
  return { ...world, settings };
}

test("where nobody owns anything there is nothing to average", () => {
  const poor = owning(() => true);
  expect(driveWorld(poor, halvesOf(poor)).abort).toEqual({
    code: "secure.too-few",
    reason: "No client that takes part owns an entity.",
  });
});

test("who owns nothing takes part, and learns nothing", () => {
  const some = owning((client) => client === "client-4");
  const driven = driveWorld(some, halvesOf(some));
  expect(expectExact(some, driven)).toEqual(clients);
});

import { expect, test } from "vitest";
import { mean } from "../aggregation/mean.ts";
import { ruleAggregator } from "../aggregation/rule-aggregator.ts";
import { median, medianRule } from "../aggregation/rules/median.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import type { PartyId } from "../runtime/party.ts";
import { acrossGroups } from "./across-groups.ts";
import { lightSecAgg } from "./lightsecagg/lightsecagg.ts";
import { swiftAggPlus } from "./swiftagg-plus/swiftagg-plus.ts";
import { type Driven, drive, type Envelope, type Fate, makeHalves } from "./testing/drive.ts";

const DIMENSION = 5;
const GROUPS = 3;
const env = { secrets: SecureRandom.fromSeed(new Uint8Array(32)), rounding: SimulationRandom.fromSeed(1) };
const sum = { bound: 2, weights: "uniform", mostExamples: 1 } as const;
const options = { colluders: 1, dropouts: 1, sum };
const clients = Array.from({ length: 13 }, (_, k) => `client-${String(k).padStart(2, "0")}`);

function updateOf(client: PartyId): Float32Array {
  const random = SimulationRandom.fromSeed(5).stream(client);
  return Float32Array.from({ length: DIMENSION }, () => 2 * random.uniform() - 1);
}

/** Who was in a group with whom, by who sent shares to whom. */
function groupsOf(sent: readonly Envelope[]): Set<string> {
  const partners = new Map(clients.map((client) => [client, new Set([client])]));
  for (const { from, to } of sent) if (from !== "server" && to !== "server") partners.get(from)!.add(to);
  return new Set([...partners.values()].map((names) => [...names].sort().join(" ")));
}

const protocols = [
  [
    "SwiftAgg+",
    swiftAggPlus({ ...options, parts: "auto" }, env),
    // Of a group of 5: shares of 2 symbols, 5 from each client, 4 to the server, 15 connections; of 4: 3, 4, 3, 10.
    { connections: 35, clientSymbols: 12, clientSymbolsExpected: 12, serverSymbols: 26, groupSize: 5 },
  ],
  [
    "LightSecAgg",
    lightSecAgg(options, env),
    // Of a group of 5: shares of 2, 5 uploads and 4 recoveries; of 4: shares of 3, 4 uploads and 3 recoveries.
    { connections: 35, clientSymbols: 18, clientSymbolsExpected: 18, serverSymbols: 38 + 33 + 33 },
  ],
] as const;

function play(
  inner: (typeof protocols)[number][1],
  change: { byzantine?: number; fate?: (e: Envelope) => Fate } = {},
) {
  const { byzantine = 1, fate } = change;
  const aggregator = () => ruleAggregator(medianRule({ byzantine }));
  const protocol = acrossGroups(inner, { groups: GROUPS, aggregator });
  const cohort = new Map(
    clients.map((client) => [client, { update: updateOf(client), examples: 1, metrics: {} }]),
  );
  return drive({
    halves: makeHalves(protocol, clients),
    cohort,
    dimension: DIMENSION,
    ...(fate && { fate }),
  });
}

function expectMedianOfMeans({ result, sent }: Driven): void {
  const means = [...groupsOf(sent)].map((names) => mean(names.split(" ").map(updateOf)));
  const expected = median(means);
  result!.update.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 5);
  });
}

test.each(protocols)(
  "%s: the rule combines the means of the groups, whose figures are told, and nobody talks beyond its group",
  (_, inner, figures) => {
    const driven = play(inner);
    expect(groupsOf(driven.sent).size).toBe(GROUPS);
    expect(driven.result?.contributors.toSorted()).toEqual(clients);
    expectMedianOfMeans(driven);
    // Groups of 5, 4 and 4.
    expect(driven.result!.figures).toMatchObject({
      ...{ groups: GROUPS, groupsDone: GROUPS },
      within: { ...{ participants: 13, included: 13 }, ...figures },
    });
  },
);

test.each(protocols)("%s: a group that fails does not take the others with it", (_, inner) => {
  const [lost] = [...groupsOf(play(inner).sent)];
  const names = new Set(lost.split(" "));
  const fate = ({ from, message }: Envelope): Fate =>
    names.has(from) && message.kind !== "key" ? "vanish" : "deliver";
  const { result } = play(inner, { byzantine: 0, fate });
  expect(result?.figures).toMatchObject({ groups: GROUPS, groupsDone: GROUPS - 1 });
  expect(result?.contributors.some((client) => names.has(client))).toBe(false);
});

test("too few groups for the rule abort the attempt", () => {
  const [, inner] = protocols[0];
  const [lost] = [...groupsOf(play(inner).sent)];
  const names = new Set(lost.split(" "));
  const { abort } = play(inner, { fate: ({ from }) => (names.has(from) ? "vanish" : "deliver") });
  expect(abort).toEqual({
    code: "round.too-few",
    reason: "Only 2 of 3 groups came to a sum, and median needs 3 (n >= 2f + 1).",
  });
});

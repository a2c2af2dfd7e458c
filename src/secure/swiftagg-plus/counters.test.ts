import { expect, test } from "vitest";
import { contributionsOf, namesOf, SUM } from "../testing/contributions.ts";
import { drive } from "../testing/drive.ts";
import { swiftAggPlusLoads } from "./counters.ts";
import { planLayout, previousOf, seatOf, sendersOf } from "./layout.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { opened } from "./testing/opened.ts";
import { goingAt, halvesFor } from "./testing/round.ts";

const OPTIONS: SwiftAggPlusOptions = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };

test.each([
  { participants: 8, dimension: 7, options: OPTIONS },
  { participants: 12, dimension: 8, options: { ...OPTIONS, topology: "tree" as const } },
  { participants: 15, dimension: 6, options: { ...OPTIONS, colluders: 2 } },
  { participants: 7, dimension: 11, options: { ...OPTIONS, parts: "auto" as const } },
])("what goes over the wire is what the formulas say: $participants clients, $options", (setting) => {
  const { participants, dimension, options } = setting;
  const clients = namesOf(participants);
  const halves = halvesFor(options, clients);
  const driven = drive({ halves, cohort: contributionsOf(clients, dimension), dimension });
  const { messages, roster } = opened(halves, driven);
  const layout = planLayout(participants, options);
  const symbols = dimension + 1;
  const loads = swiftAggPlusLoads(layout, symbols);
  const count = (of: (message: (typeof messages)[number]) => boolean) =>
    messages.filter(of).reduce((total, message) => total + message.symbols.length, 0);
  for (const place of roster.names.keys()) {
    const { group, member } = seatOf(layout, place);
    expect(count(({ from }) => from === place)).toBe(loads.client);
    const received =
      member === undefined ? 0 : sendersOf(layout, group).length - 1 + previousOf(layout, group).length;
    expect(count(({ to }) => to === place)).toBe(received * loads.piece);
  }
  const pairs = new Set(messages.map(({ from, to = -1 }) => [from, to].sort((a, b) => a - b).join()));
  expect(pairs.size).toBe(loads.connections);
  expect(driven.result!.figures).toEqual({
    ...{ participants, included: participants, parts: layout.parts, groupSize: layout.groupSize },
    ...{ groups: layout.groups, guests: participants % layout.groupSize, brokenSequences: 0 },
    ...{ hops: loads.hops, connections: loads.connections },
    ...{ clientSymbols: loads.client, clientSymbolsExpected: loads.client },
    ...{ serverSymbols: loads.server, serverSymbolsExpected: loads.server },
  });
});

test("a broken sequence saves traffic, and the server receives no more than it needs", () => {
  const clients = namesOf(8);
  const halves = halvesFor(OPTIONS, clients);
  const fate = goingAt(new Map([["client-2", "received"]]), "vanish");
  const driven = drive({ halves, cohort: contributionsOf(clients, 7), dimension: 7, fate });
  const { messages } = opened(halves, driven);
  const loads = swiftAggPlusLoads(planLayout(8, OPTIONS), 8);
  const atServer = messages.filter(({ to }) => to === undefined);
  expect(atServer.reduce((total, { symbols }) => total + symbols.length, 0)).toBe(loads.server);
  expect(driven.result!.figures).toMatchObject({ brokenSequences: 1, serverSymbols: loads.server });
});

test("those who need not send any more are told to stop", () => {
  const clients = namesOf(4);
  const halves = halvesFor(OPTIONS, clients);
  const { sent } = drive({ halves, cohort: contributionsOf(clients, 7), dimension: 7 });
  const stops = sent.filter(({ message }) => message.kind === "stop");
  expect(stops).toHaveLength(1);
  // The last one had sent its sum already, but it was not there yet.
  expect(sent.filter(({ message }) => message.kind === "final")).toHaveLength(4);
  const last = halves.clients.get(stops[0].to)!;
  expect(last.message("server", stops[0].message)).toEqual({ send: [] });
});

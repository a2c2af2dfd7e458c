import { expect, test } from "vitest";
import { addInto, P31 } from "../../numeric/field31.ts";
import type { PartyId } from "../../runtime/party.ts";
import { nativeCryptography } from "../node/native-cryptography.ts";
import { SealedChannels } from "../sealed-channels.ts";
import { environment } from "../testing/contributions.ts";
import type { Driven, Halves } from "../testing/drive.ts";
import { gf } from "../testing/gf.ts";
import { gfLagrange } from "../testing/gf-ramp-code.ts";
import type { Attempt } from "./attempt.ts";
import { openFrom } from "./circle.ts";
import { secEaLoads } from "./counters.ts";
import type { Exchange } from "./exchange.ts";
import { decodeMeasurements, MEASUREMENT_SYMBOLS } from "./measurement.ts";
import { answer } from "./retrieval.ts";
import { planShape } from "./shape.ts";
import { driveWorld, halvesOf, OPTIONS, TABLE, worldOf } from "./testing/round.ts";
import { decodeSums } from "./vector-shares.ts";

const world = worldOf(5, OPTIONS);
const { clients } = world;
const shape = planShape(5, TABLE.width, OPTIONS);

interface State {
  readonly channels: unknown;
  readonly attempt: Attempt;
}

const stateOf = ({ clients }: Halves, client: PartyId) => clients.get(client)!.snapshot!() as State;

/** What a client has sealed for each of the others in an exchange, by place. */
function sharesOf(
  sender: PartyId,
  exchange: Exchange,
  driven: Driven,
  halves: Halves,
): Map<number, Uint32Array> {
  const { registration, round, attempt } = stateOf(halves, sender).attempt;
  const shares = new Map<number, Uint32Array>();
  for (const { from, to, message } of driven.sent) {
    if (from !== sender || message.kind !== exchange.name) continue;
    const { channels } = stateOf(halves, to);
    const place = clients.indexOf(to);
    const circle = {
      ...{ names: registration!.names, keys: registration!.keys, place, address: { round, attempt } },
      channels: SealedChannels.restore(channels, environment().secrets, nativeCryptography),
    };
    const sealed = message.tensors!.sealed as Uint8Array;
    shares.set(place, openFrom(circle, exchange, clients.indexOf(sender), sealed, exchange.length)!);
  }
  return shares;
}

/** The values at these points of the polynomials that were shared, worked out from as many shares as `pieces`. */
function valuesAt(
  points: readonly number[],
  shares: ReadonlyMap<number, Uint32Array>,
  pieces: number,
): number[][] {
  const known = [...shares].slice(0, pieces);
  const places = known.map(([place]) => place + 1);
  return gf(P31).product(
    gfLagrange(P31, places, points),
    known.map(([, share]) => [...share]),
  );
}

/** Values at the noise points. */
function noiseOf(shares: ReadonlyMap<number, Uint32Array>, pieces: number): number[] {
  const first = clients.length + 1 + shape.parts;
  const points = Array.from({ length: pieces - shape.parts }, (_, i) => first + i);
  return valuesAt(points, shares, pieces).flat();
}

test("noise is as random as the proof of privacy needs, and used once", () => {
  const halves = halvesOf(world, nativeCryptography);
  const seen: number[] = [];
  let expected = 0;
  for (const round of [1, 2]) {
    const driven = driveWorld(world, halves, { round });
    for (const client of clients) {
      const { registering, session } = stateOf(halves, client).attempt;
      const { masks, tables, answering } = session!;
      const stored = [registering?.presence, registering?.queries, tables, answering!.measures];
      for (const exchange of [...stored, masks]) {
        if (exchange === undefined || !exchange.hasShared) continue;
        const pieces = exchange === masks ? shape.answers : shape.parts + shape.colluders;
        seen.push(...noiseOf(sharesOf(client, exchange, driven, halves), pieces));
        expected += (pieces - shape.parts) * exchange.length;
      }
    }
  }
  expect(seen).toHaveLength(expected);
  expect(expected).toBeGreaterThan(3000);
  expect(new Set(seen).size).toBe(expected);
  expect(seen.includes(0)).toBe(false);
});

test("what hides an answer is the sum of all masks that were shared", () => {
  const halves = halvesOf(world, nativeCryptography);
  const driven = driveWorld(world, halves);
  const [retriever, place] = ["client-1", 3];
  const { registration, session } = stateOf(halves, clients[place]).attempt;
  const { masks, tables, answering } = session!;
  const sumAt = (exchange: Exchange, pieces: number) => {
    const sum = new Uint32Array(exchange.length);
    for (const sender of exchange.included!) {
      const shares = sharesOf(clients[sender], exchange, driven, halves);
      addInto(sum, Uint32Array.from(valuesAt([place + 1], shares, pieces)[0]));
    }
    return sum;
  };
  const stored = sumAt(tables, shape.parts + shape.colluders);
  const length = masks.length / clients.length;
  const mask = sumAt(masks, shape.answers).subarray(length, 2 * length);
  const queries = registration!.queries.get(1)!;
  const answers = { ...answering!, holders: [], length } as unknown as Exchange;
  const sent = sharesOf(clients[place], answers, driven, halves).get(clients.indexOf(retriever))!;
  expect(sent).toEqual(answer(queries, stored, mask));
  expect(sent).not.toEqual(answer(queries, stored, new Uint32Array(length)));
  expect(masks.included).toEqual([0, 1, 2]);
});

test("the server is sent nothing but keys, reports, and two sums; the rest is sealed", () => {
  const halves = halvesOf(world, nativeCryptography);
  const { sent, result } = driveWorld(world, halves);
  const tensorsToServer = new Set<string>();
  const sums = { presence: new Map<number, Uint32Array>(), measures: new Map<number, Uint32Array>() };
  for (const { from, to, message } of sent) {
    if (from === "server") continue;
    const { kind, body, tensors = {} } = message;
    if (to !== "server") {
      expect([Object.keys(tensors), body]).toEqual([["sealed"], { attempt: 1 }]);
      continue;
    }
    for (const name of Object.keys(tensors)) tensorsToServer.add(`${kind} ${name}`);
    for (const name of Object.keys(body!)) expect(["attempt", "exchange", "symbols"]).toContain(name);
    if (kind === "sum") {
      sums[body!.exchange as keyof typeof sums].set(clients.indexOf(from), tensors.sum as Uint32Array);
    }
  }
  expect([...tensorsToServer].sort()).toEqual(["held held", "ready key", "sum sum"]);
  // Of the sums, one is zero where nobody owns an entity, and the other holds the metrics.
  const owned = new Set(clients.flatMap((client) => [...world.settings.holdings(client).entities]));
  const presence = decodeSums(sums.presence, shape, TABLE.entities);
  for (const [entity, symbol] of presence.entries()) expect(symbol !== 0).toBe(owned.has(entity));
  const measures = decodeSums(sums.measures, shape, MEASUREMENT_SYMBOLS);
  expect(decodeMeasurements(measures)).toEqual(result!.metrics);
});

test.each([
  { count: 5, options: OPTIONS },
  { count: 7, options: { ...OPTIONS, queries: 6 } },
  { count: 6, options: { ...OPTIONS, colluders: 0, dropouts: 2 } },
])("traffic is what the formulas say: $count clients, $options", ({ count, options }) => {
  const some = worldOf(count, options);
  const halves = halvesOf(some);
  const parts = planShape(count, TABLE.width, options);
  for (const round of [1, 2]) {
    const { sent, result } = driveWorld(some, halves, { round });
    const { union, queries } = result!.figures as { union: number; queries: number };
    const loads = secEaLoads(parts, { entities: TABLE.entities, union, queries });
    const measuring = secEaLoads(parts, { entities: MEASUREMENT_SYMBOLS, union, queries }).union;
    const symbols = (client: PartyId, ...labels: string[]) =>
      sent.reduce((total, { from, message: { kind, tensors, body } }) => {
        const name = kind === "sum" ? `sum ${body!.exchange}` : kind;
        if (from !== client || !labels.includes(name)) return total;
        const [tensor] = Object.values(tensors!);
        // A nonce of 12 bytes in front and a tag of 16 behind.
        return total + (tensor instanceof Uint8Array ? (tensor.length - 28) / 4 : tensor.length);
      }, 0);
    for (const [place, client] of some.clients.entries()) {
      const isMaker = place < options.colluders + 1 + options.dropouts;
      expect(symbols(client, "presence", "sum presence")).toBe(round === 1 ? loads.union : 0);
      expect(symbols(client, "queries")).toBe(round === 1 ? loads.queries : 0);
      expect(symbols(client, "tables")).toBe(loads.sharing);
      expect(symbols(client, "answers")).toBe(loads.answers);
      expect(symbols(client, "masks")).toBe(isMaker ? loads.masks : 0);
      expect(symbols(client, "measures", "sum measures")).toBe(measuring);
    }
    const { figures } = result!;
    expect(figures!.clientSymbols).toBe(figures!.clientSymbolsExpected);
    expect(figures!.serverSymbols).toBe(figures!.serverSymbolsExpected);
    const pairs = new Set(sent.map(({ from, to }) => [from, to].sort().join()));
    expect(pairs.size).toBe(figures!.connections);
  }
});

/**
 * One aggregation by a secure protocol, its halves driven directly. What is timed is what they do, clients and server
 * apart, in processor time: the machine may have other work. The codec and the network between them are not in it.
 */
import type { Protocol } from "../../src/federated/protocol.ts";
import { SimulationRandom } from "../../src/numeric/random.ts";
import { SecureRandom } from "../../src/numeric/secure-random.ts";
import type { PartyId } from "../../src/runtime/party.ts";
import { frameSize } from "../../src/runtime/wire/frame.ts";
import type { SecureEnvironment } from "../../src/secure/environment.ts";
import { lightSecAgg } from "../../src/secure/lightsecagg/lightsecagg.ts";
import { nativeCryptography } from "../../src/secure/node/native-cryptography.ts";
import type { SecAggPlusOptions } from "../../src/secure/secagg-plus/plan.ts";
import { secAggPlus } from "../../src/secure/secagg-plus/secagg-plus.ts";
import { swiftAggPlus } from "../../src/secure/swiftagg-plus/swiftagg-plus.ts";
import { drive, type Envelope, makeHalves } from "../../src/secure/testing/drive.ts";

export interface SecureCase {
  /** N, who are asked. */
  readonly clients: number;
  /** Length of an update. */
  readonly dimension: number;
  /** Part of the clients who vanish when all have shared, before they send anything that is summed. */
  readonly dropout: number;
}

export interface SecureCosts {
  /** Mean over the clients; those who vanish work less. */
  readonly clientMs: number;
  readonly serverMs: number;
  /** Of the server's time, what passes from the last message that it needs to the result. */
  readonly reconstructionMs: number;
  /** Frames that a client sends, the one that sends most: to others and to the server. */
  readonly clientMB: number;
  /** Frames that the server is sent; what it passes on from client to client is not in it. */
  readonly serverMB: number;
}

/** Part of the clients who may collude with the server: T of the coded protocols, c of SecAgg+. */
const CORRUPT = 0.1;

const SUM = { bound: 1, weights: "examples", mostExamples: 1000 } as const;

export const protocols = {
  "SwiftAgg+": (one, env) => swiftAggPlus({ ...borne(one), parts: "auto", sum: SUM }, env),
  LightSecAgg: (one, env) => lightSecAgg({ ...borne(one), sum: SUM }, env),
  "SecAgg+": (one, env) => secAggPlus(secAggOptions(one), env),
} satisfies Record<string, (one: SecureCase, env: SecureEnvironment) => Protocol>;
export type ProtocolName = keyof typeof protocols;

export function secAggOptions({ dropout }: SecureCase): SecAggPlusOptions {
  return { graph: "harary", corruptFraction: CORRUPT, dropoutFraction: dropout, sum: SUM };
}

function borne({ clients, dropout }: SecureCase) {
  return { colluders: Math.round(CORRUPT * clients), dropouts: Math.round(dropout * clients) };
}

/** What every client has learnt; their mean is the same. */
export function noise(length: number): Float32Array {
  const random = SimulationRandom.fromSeed(length);
  return Float32Array.from({ length }, () => 2 * random.uniform() - 1);
}

/**
 * @param update of every client
 * @throws Error when the round does not give the mean
 */
export function aggregateOnce(name: ProtocolName, one: SecureCase, update: Float32Array): SecureCosts {
  const env = {
    secrets: SecureRandom.platform(),
    rounding: SimulationRandom.fromSeed(1),
    cryptography: nativeCryptography,
  };
  const client = stopwatch();
  const server = stopwatch();
  const protocol = protocols[name](one, env);
  const watched: Protocol = {
    ...protocol,
    server: () => server.watch(protocol.server()),
    client: (me) => client.watch(client.time(() => protocol.client(me))),
  };
  const names = Array.from({ length: one.clients }, (_, i) => `client-${i}`);
  const contribution = { update, examples: 500, metrics: {} };
  const { result, abort, sent } = drive({
    halves: makeHalves(watched, names),
    cohort: new Map(names.map((client) => [client, contribution])),
    dimension: update.length,
    fate: vanishing(names.slice(0, Math.round(one.dropout * one.clients))),
  });
  if (!result) throw new Error(`${name} did not finish: ${abort?.reason}`);
  if (!isNear(result.update, update)) throw new Error(`${name} gave another mean.`);
  const fromClients = sent.filter(({ from }) => from !== "server");
  const bySender = Map.groupBy(fromClients, ({ from }) => from);
  return {
    clientMs: client.total / one.clients,
    serverMs: server.total,
    reconstructionMs: server.last,
    clientMB: Math.max(...[...bySender.values()].map(megabytes)),
    serverMB: megabytes(fromClients.filter(({ to }) => to === "server")),
  };
}

/** Gone before the first message that carries an update or a sum of shares to where it is summed. */
function vanishing(clients: readonly PartyId[]): (envelope: Envelope) => "deliver" | "vanish" {
  const going = new Set(clients);
  const last = new Set(["partial", "final", "upload"]);
  return ({ from, message }) => (going.has(from) && last.has(message.kind) ? "vanish" : "deliver");
}

/** Adds up the processor time of this process, all threads, while something runs. */
function stopwatch() {
  const watch = {
    total: 0,
    /** Of the last call. */
    last: 0,
    time<T>(work: () => T): T {
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      watch.last = (user + system) / 1000;
      watch.total += watch.last;
      return result;
    },
    /** The same object, its methods timed. */
    watch<T extends object>(timed: T): T {
      return new Proxy(timed, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return (...args: unknown[]) => watch.time(() => method.apply(target, args));
        },
      });
    },
  };
  return watch;
}

function isNear(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) < 1e-3);
}

function megabytes(envelopes: readonly Envelope[]): number {
  return envelopes.reduce((sum, { message }) => sum + frameSize(message), 0) / 1e6;
}

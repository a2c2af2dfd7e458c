import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { delayProbability, meanDelay } from "./arrival-probability.ts";
import { createNetwork, type MessageFate, type MessageQuestion, type Network } from "./network.ts";
import type { FaultSpec, NetworkSpec } from "./spec.ts";

/** T_down = 0.1, w = 100, mu = 200, alpha = 2, e = 0.1, tau = 0.3. The values come from quadrature in NumPy. */
const parameters = {
  downlinkSeconds: 0.1,
  examples: 100,
  examplesPerSecond: 200,
  alpha: 2,
  erasure: 0.1,
  transmissionSeconds: 0.3,
};
const times = [1.0, 1.2, 1.5, 2.0, 3.0];
const uplinkOnly = [0.296712, 0.628925, 0.881246, 0.983559, 0.999697];
const bothWays = [0, 0.267041, 0.699872, 0.952152, 0.999093];
const erasureLink = { kind: "erasure", bytesPerSecond: 1000, erasure: 0.1 } as const;
const coded: NetworkSpec = {
  compute: { kind: "shifted-exponential", examplesPerSecond: 200, alpha: 2 },
  downlink: { kind: "constant", latency: 0.1, bytesPerSecond: Number.POSITIVE_INFINITY },
  uplink: erasureLink,
};

/** One client's delays: model down, 100 examples, 300 bytes up. */
function sampleDelays(spec: NetworkSpec, rounds: number): Float64Array {
  const network = createNetwork(spec, SimulationRandom.fromSeed(3), ["c"]);
  return Float64Array.from({ length: rounds }, (_, round) => {
    const link = { round, purpose: "model", bytes: 300 };
    return (
      network.linkSeconds({ ...link, from: "server", to: "c" }) +
      network.computeSeconds({ round, client: "c", examples: 100 }) +
      network.linkSeconds({ ...link, from: "c", to: "server" })
    );
  });
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
/** A message's fate as plain data: of the garbage, what it would draw. */
function fateOf(network: Network, message: MessageQuestion) {
  const { garbage, ...fate } = network.messageFate(message);
  return { ...fate, garbage: garbage?.bits() };
}

const share = (values: Float64Array, time: number) => values.filter((x) => x <= time).length / values.length;

describe("delays of coded federated learning", () => {
  it("has the closed form's verified values", () => {
    times.forEach((time, i) => {
      expect(delayProbability(parameters, time)).toBeCloseTo(uplinkOnly[i], 6);
    });
    expect(meanDelay(parameters)).toBeCloseTo(1.183333, 6);
  });

  it("draws from that distribution", () => {
    const delays = sampleDelays(coded, 200_000);
    times.forEach((time, i) => {
      expect(Math.abs(share(delays, time) - uplinkOnly[i])).toBeLessThan(0.005);
    });
    expect(Math.abs(mean(delays) - 1.183333)).toBeLessThan(0.005);
  });

  it("draws from it with erasures both ways", () => {
    const delays = sampleDelays({ ...coded, downlink: erasureLink }, 200_000);
    times.forEach((time, i) => {
      expect(Math.abs(share(delays, time) - bothWays[i])).toBeLessThan(0.005);
    });
    expect(Math.abs(mean(delays) - 1.416667)).toBeLessThan(0.005);
  });
});

describe("createNetwork", () => {
  const clients = Array.from({ length: 1000 }, (_, i) => `client-${i}`);
  const everything: NetworkSpec = {
    ...coded,
    slow: { fraction: 0.3, factor: 5 },
    dropout: 0.2,
    crash: { probability: 0.25, downtime: 40 },
    faults: { loss: 0.1, duplicate: 0.2, reorder: { probability: 0.3, seconds: 4 } },
  };
  /** The same with the faults that came later. */
  const more: NetworkSpec = {
    ...everything,
    faults: {
      ...everything.faults,
      delay: { probability: 0.25, seconds: 3 },
      garbage: 0.15,
      lie: 0.1,
      leave: { probability: 0.35, seconds: 7 },
    },
  };
  const network = createNetwork(everything, SimulationRandom.fromSeed(11), clients);

  it("costs nothing and fails nothing without a spec", () => {
    const none = createNetwork(null, SimulationRandom.fromSeed(1), clients);
    const message = { round: 1, from: "client-1", to: "server", purpose: "update" };
    expect(none.computeSeconds({ round: 1, client: "client-1", examples: 600 })).toBe(0);
    expect(none.linkSeconds({ ...message, bytes: 1e9 })).toBe(0);
    expect(none.availability({ round: 1, client: "client-1", workSeconds: 1 })).toBeNull();
    expect(none.messageFate(message)).toEqual({ copies: [0], lie: 0, garbage: undefined });
    expect(none.slowClients).toEqual([]);
  });

  it("answers the same whatever was asked before, and in whatever order", () => {
    const ask = (order: readonly string[]) => {
      const fresh = createNetwork(more, SimulationRandom.fromSeed(11), clients);
      return new Map(
        order.map((client) => {
          const message = { round: 4, from: client, to: "server", purpose: "update" };
          return [
            client,
            [
              fateOf(fresh, message),
              fresh.linkSeconds({ ...message, bytes: 500 }),
              fresh.availability({ round: 4, client, workSeconds: 3 }),
              fresh.computeSeconds({ round: 4, client, examples: 50 }),
            ],
          ];
        }),
      );
    };
    const forward = ask(clients);
    const backward = ask(clients.toReversed());
    for (const client of clients) expect(backward.get(client)).toEqual(forward.get(client));
  });

  it("gives each round, attempt, client, purpose and sequence a draw of its own", () => {
    const message = { round: 1, attempt: 0, from: "client-1", to: "server", purpose: "update", sequence: 0 };
    const spec = { uplink: { kind: "log-normal", medianBytesPerSecond: 100, sigma: 1 } } as const;
    const links = createNetwork(spec, SimulationRandom.fromSeed(2), clients);
    const seconds = [
      message,
      { ...message, round: 2 },
      { ...message, attempt: 1 },
      { ...message, from: "client-2" },
      { ...message, to: "client-2" },
      { ...message, purpose: "share" },
      { ...message, sequence: 1 },
    ].map((question) => links.linkSeconds({ ...question, bytes: 100 }));
    expect(new Set(seconds).size).toBe(seconds.length);
  });

  it("depends on the seed", () => {
    const question = { round: 1, client: "client-1", examples: 10 };
    const other = createNetwork(everything, SimulationRandom.fromSeed(12), clients);
    expect(other.computeSeconds(question)).not.toBe(network.computeSeconds(question));
  });

  it("adds the sender's uplink and the receiver's downlink between clients", () => {
    const spec: NetworkSpec = {
      uplink: { kind: "constant", latency: 1, bytesPerSecond: 100 },
      downlink: { kind: "constant", latency: 0.5, bytesPerSecond: 1000 },
    };
    const links = createNetwork(spec, SimulationRandom.fromSeed(2), ["a", "b"]);
    const message = { round: 1, purpose: "share", bytes: 200 };
    expect(links.linkSeconds({ ...message, from: "a", to: "server" })).toBeCloseTo(3, 12);
    expect(links.linkSeconds({ ...message, from: "server", to: "a" })).toBeCloseTo(0.7, 12);
    expect(links.linkSeconds({ ...message, from: "a", to: "b" })).toBeCloseTo(3.7, 12);
  });

  it("slows exactly the given fraction of the clients, for the whole run", () => {
    const constant: NetworkSpec = {
      compute: { kind: "constant", secondsPerExample: 0.01 },
      slow: { fraction: 0.3, factor: 5 },
    };
    const { slowClients, computeSeconds } = createNetwork(constant, SimulationRandom.fromSeed(5), clients);
    expect(slowClients.length).toBe(300);
    const slow = new Set(slowClients);
    for (const client of clients) {
      for (const round of [1, 2]) {
        const expected = slow.has(client) ? 5 : 1;
        expect(computeSeconds({ round, client, examples: 100 })).toBeCloseTo(expected, 12);
      }
    }
    const again = createNetwork(constant, SimulationRandom.fromSeed(5), clients.toReversed());
    expect(new Set(again.slowClients)).toEqual(slow);
  });

  it("lets clients leave with the given probabilities, at uniform moments", () => {
    const workSeconds = 10;
    const absences = clients.flatMap((client) =>
      Array.from({ length: 50 }, (_, round) => network.availability({ round, client, workSeconds })),
    );
    const left = absences.filter((absence) => absence !== null);
    const dropouts = left.filter(({ kind }) => kind === "dropout");
    const crashes = left.filter(({ kind }) => kind === "crash");
    // 50,000 draws: five standard deviations are 0.009.
    expect(Math.abs(dropouts.length / absences.length - 0.2)).toBeLessThan(0.009);
    expect(Math.abs(crashes.length / absences.length - 0.8 * 0.25)).toBeLessThan(0.009);
    for (const { leavesAfter } of left) {
      expect(leavesAfter >= 0 && leavesAfter < workSeconds).toBe(true);
    }
    expect(Math.abs(mean(left.map(({ leavesAfter }) => leavesAfter)) - 5)).toBeLessThan(0.1);
    expect(dropouts.every(({ returnsAfter }) => returnsAfter === null)).toBe(true);
    expect(Math.abs(mean(crashes.map(({ returnsAfter }) => returnsAfter ?? Number.NaN)) - 40)).toBeLessThan(
      2,
    );
  });

  const messages = Array.from({ length: 50_000 }, (_, sequence) => ({
    ...{ round: 3, from: "client-1", to: "server", purpose: "update", sequence },
  }));

  it("loses, doubles and holds back messages with the given probabilities", () => {
    const fates = messages.map((message) => network.messageFate(message).copies);
    const arrived = fates.filter((copies) => copies.length > 0);
    const extra = arrived.flat();
    expect(Math.abs(arrived.length / fates.length - 0.9)).toBeLessThan(0.007);
    const doubled = arrived.filter((copies) => copies.length === 2);
    expect(Math.abs(doubled.length / arrived.length - 0.2)).toBeLessThan(0.01);
    const held = extra.filter((seconds) => seconds > 0);
    expect(Math.abs(held.length / extra.length - 0.3)).toBeLessThan(0.011);
    expect(Math.abs(mean(held) - 2)).toBeLessThan(0.06);
    expect(Math.max(...held)).toBeLessThan(4);
  });

  it("delays messages, garbles them and makes them lie, each independently of the others", () => {
    const spec = { faults: { ...more.faults, loss: 0, reorder: { probability: 0, seconds: 0 } } };
    const drawn = createNetwork(spec, SimulationRandom.fromSeed(4), clients);
    const fates = messages.map((message) => drawn.messageFate(message));
    const shareOf = (is: (fate: MessageFate) => boolean) => fates.filter(is).length / fates.length;
    const isLate = ({ copies }: MessageFate) => copies[0] > 0;
    const isTwice = ({ copies }: MessageFate) => copies.length === 2;
    const isGarbage = ({ garbage }: MessageFate) => garbage !== undefined;
    const isLie = ({ lie }: MessageFate) => lie !== 0;
    // Five standard deviations of 50,000 draws are at most 0.011.
    const faults = [
      { is: isLate, probability: 0.25 },
      { is: isTwice, probability: 0.2 },
      { is: isGarbage, probability: 0.15 },
      { is: isLie, probability: 0.1 },
    ];
    for (const [i, one] of faults.entries()) {
      expect(Math.abs(shareOf(one.is) - one.probability)).toBeLessThan(0.01);
      for (const other of faults.slice(i + 1)) {
        const both = shareOf((fate) => one.is(fate) && other.is(fate));
        expect(Math.abs(both - one.probability * other.probability)).toBeLessThan(0.005);
      }
    }
    const delays = fates.filter(isLate).map(({ copies }) => copies[0]);
    expect(Math.abs(mean(delays) - 3)).toBeLessThan(0.14);
    // The median of an exponential is ln 2 of its mean.
    expect(Math.abs(share(Float64Array.from(delays), 3 * Math.LN2) - 0.5)).toBeLessThan(0.025);
    const lies = fates.filter(isLie).map(({ lie }) => lie);
    expect(new Set(lies)).toEqual(new Set([-1, 1]));
    expect(Math.abs(mean(lies))).toBeLessThan(0.08);
  });

  it("never makes a message claim a round before the first", () => {
    const drawn = createNetwork({ faults: { lie: 1 } }, SimulationRandom.fromSeed(4), clients);
    const lies = messages.map((message) => drawn.messageFate({ ...message, round: 0 }).lie);
    expect(new Set(lies)).toEqual(new Set([1]));
  });

  it("does not move one fault's draws when another is switched on", () => {
    const onlyWith = (faults: FaultSpec, dropout = 0) =>
      createNetwork({ faults, dropout }, SimulationRandom.fromSeed(6), clients);
    const all = more.faults!;
    const full = onlyWith(all);
    const { loss = 0, duplicate = 0, reorder } = all;
    const old = onlyWith({ loss, duplicate, reorder: reorder! });
    const late = onlyWith({ delay: all.delay! });
    const garbled = onlyWith({ garbage: all.garbage! });
    const lying = onlyWith({ lie: all.lie! });
    for (const message of messages.slice(0, 2000)) {
      const fate = fateOf(full, message);
      const before = old.messageFate(message).copies;
      expect(fate.copies).toHaveLength(before.length);
      if (before.length === 0) continue;
      const { copies } = late.messageFate(message);
      expect(fate.copies).toEqual(before.map((seconds) => copies[0] + seconds));
      expect(fate.garbage).toEqual(fateOf(garbled, message).garbage);
      expect(fate.lie).toBe(lying.messageFate(message).lie);
    }
    const alone = onlyWith({ leave: all.leave! }, 0);
    const among = onlyWith(all, 0.2);
    for (const client of clients) {
      const absence = among.availability({ round: 2, client, workSeconds: 5 });
      if (absence?.kind === "dropout") continue;
      expect(absence).toEqual(alone.availability({ round: 2, client, workSeconds: 5 }));
    }
  });

  it("breaks connections with the given probability, for the given time", () => {
    const drawn = createNetwork({ faults: more.faults! }, SimulationRandom.fromSeed(4), clients);
    const absences = clients.flatMap((client) =>
      Array.from({ length: 20 }, (_, round) => drawn.availability({ round, client, workSeconds: 10 })),
    );
    const left = absences.filter((absence) => absence !== null);
    expect(Math.abs(left.length / absences.length - 0.35)).toBeLessThan(0.017);
    expect(left.every(({ kind, returnsAfter }) => kind === "leave" && returnsAfter === 7)).toBe(true);
    expect(Math.abs(mean(left.map(({ leavesAfter }) => leavesAfter)) - 5)).toBeLessThan(0.18);
  });

  it("has the medians of log-normal speeds", () => {
    const spec: NetworkSpec = {
      compute: { kind: "log-normal", medianSecondsPerExample: 0.02, sigma: 0.7 },
      uplink: { kind: "log-normal", latency: 0.5, medianBytesPerSecond: 100, sigma: 0.4 },
    };
    const drawn = createNetwork(spec, SimulationRandom.fromSeed(8), ["c"]);
    const median = (draw: (round: number) => number) =>
      Float64Array.from({ length: 40_001 }, (_, round) => draw(round)).sort()[20_000];
    const computing = median((round) => drawn.computeSeconds({ round, client: "c", examples: 100 }));
    const message = { from: "c", to: "server", purpose: "update", bytes: 300 };
    const sending = median((round) => drawn.linkSeconds({ ...message, round }));
    expect(Math.abs(Math.log(computing / 2))).toBeLessThan(0.025);
    expect(Math.abs(Math.log((sending - 0.5) / 3))).toBeLessThan(0.015);
  });
});

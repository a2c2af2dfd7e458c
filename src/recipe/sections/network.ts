import { z } from "zod";
import { decay, nonNegative, positive, probability } from "../fields.ts";

/** Half of the time after which a server gives a client up whose connection broke. */
const MOST_SECONDS_AWAY = 30;

const computes = [
  z
    .strictObject({
      kind: z.literal("constant"),
      secondsPerExample: nonNegative().describe("Seconds per example and epoch."),
    })
    .describe("The same speed always."),
  z
    .strictObject({
      kind: z.literal("shifted-exponential"),
      examplesPerSecond: positive().describe("mu: examples per second without delays."),
      alpha: positive().describe(
        "Ratio of steady work to memory-access delays; the larger, the less jitter.",
      ),
    })
    .describe("w/mu + Exp(alpha mu/w) seconds for w examples (Dhakal et al. 2019)."),
  z
    .strictObject({
      kind: z.literal("log-normal"),
      medianSecondsPerExample: nonNegative().describe("Median seconds per example."),
      sigma: nonNegative().describe("Standard deviation of the logarithm."),
    })
    .describe("A log-normal speed per round and client."),
] as const;

const latency = nonNegative().default(0).describe("Seconds added once per message.");

const links = [
  z
    .strictObject({
      kind: z.literal("constant"),
      latency,
      bytesPerSecond: positive().describe("Bandwidth in bytes per second."),
    })
    .describe("The same bandwidth always."),
  z
    .strictObject({
      kind: z.literal("erasure"),
      latency,
      bytesPerSecond: positive().describe("Bandwidth in bytes per second."),
      erasure: decay().describe("Probability in [0, 1) that a transmission is lost and repeated."),
    })
    .describe("Transmissions are lost and repeated until they arrive."),
  z
    .strictObject({
      kind: z.literal("log-normal"),
      latency,
      medianBytesPerSecond: positive().describe("Median bandwidth in bytes per second."),
      sigma: nonNegative().describe("Standard deviation of the logarithm."),
    })
    .describe("A log-normal bandwidth per message."),
] as const;

/** What goes wrong on purpose. It acts in a simulation and on real clients alike; the other keys describe a simulation. */
const failures = {
  dropout: probability()
    .default(0)
    .describe(
      "Probability per round and client to leave during its work and to come back for the next round.",
    ),
  crash: z
    .strictObject({
      probability: probability().describe("Per round and client, in [0, 1]."),
      downtime: nonNegative().describe("Mean seconds until the client returns."),
    })
    .exactOptional()
    .describe("Crashes: what a client had in memory is lost."),
  faults: z
    .strictObject({
      loss: probability().default(0).describe("Probability that a message never arrives."),
      duplicate: probability().default(0).describe("Probability that a message arrives twice."),
      reorder: z
        .strictObject({
          probability: probability().describe("Probability that a message is held back."),
          seconds: nonNegative().describe("Longest extra delay in seconds."),
        })
        .exactOptional()
        .describe("Messages held back, so that later ones overtake them."),
      delay: z
        .strictObject({
          probability: probability().describe("Probability that a message takes longer."),
          seconds: nonNegative().describe("Mean extra delay in seconds; it is exponential."),
        })
        .exactOptional()
        .describe("Messages that take longer."),
      garbage: probability()
        .default(0)
        .describe("Probability that a message arrives as garbage: flipped bits, cut, too long, wrong types."),
      lie: probability()
        .default(0)
        .describe("Probability that a message claims the round before or after its own."),
      leave: z
        .strictObject({
          probability: probability().describe("Per round and client, in [0, 1]."),
          seconds: nonNegative()
            .max(MOST_SECONDS_AWAY)
            .describe(
              `Seconds until it is back, at most ${MOST_SECONDS_AWAY}: who stays away for longer counts as gone, see \`crash\`.`,
            ),
        })
        .exactOptional()
        .describe("Connections that break during a client's work; it works on, and messages wait."),
    })
    .exactOptional()
    .describe("What happens to single messages and connections."),
};

/** What of a network real clients are told. */
export const faultPlanSchema = z.strictObject(failures);
export type FaultPlan = z.output<typeof faultPlanSchema>;

const network = z.strictObject({
  compute: z
    .discriminatedUnion("kind", computes)
    .exactOptional()
    .describe("Local work; instant when absent."),
  downlink: z
    .discriminatedUnion("kind", links)
    .exactOptional()
    .describe("From the server to a client; instant when absent."),
  uplink: z
    .discriminatedUnion("kind", links)
    .exactOptional()
    .describe("From a client to the server; instant when absent."),
  slow: z
    .strictObject({
      fraction: probability().describe("Share of the clients, in [0, 1]."),
      factor: positive().describe("Their work takes this many times as long."),
    })
    .exactOptional()
    .describe("Slow hardware: the same clients for the whole run."),
  ...failures,
});

export const networkSection = network
  .nullable()
  .default(null)
  .describe(
    "Delays and failures, in simulated seconds in a simulation; null for none. Real clients take the time they take: for them `compute`, `downlink`, `uplink` and `slow` say nothing, and the rest holds, in real seconds.",
  );

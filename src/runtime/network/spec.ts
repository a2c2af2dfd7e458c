/**
 * The network as a recipe describes it (the `network` key): how long computing and sending take, in a simulation,
 * and what goes wrong, there and with real clients alike. Everything is optional; what is absent costs no time and
 * never fails. Seconds are those of the fabric's clock, sizes are bytes, probabilities are in [0, 1].
 */
export interface NetworkSpec {
  /** Local work of a client. Default: instant. */
  readonly compute?: ComputeSpec;
  /** From the server to a client. Default: instant. */
  readonly downlink?: LinkSpec;
  /** From a client to the server. Default: instant. */
  readonly uplink?: LinkSpec;
  /** Slow hardware: a seeded choice of round(fraction * clients) clients, the same for the whole run. */
  readonly slow?: {
    /** Share of the clients, in [0, 1]. */
    readonly fraction: number;
    /** Their compute takes this many times as long; > 0, usually > 1. */
    readonly factor: number;
  };
  /** Probability per (round, client) to leave during its work and to stay away until the next round. */
  readonly dropout?: number;
  /** Crashes: volatile state is lost at a uniform moment of the work. */
  readonly crash?: {
    /** Per (round, client), in [0, 1]. */
    readonly probability: number;
    /** Mean seconds until the client returns, exponentially distributed; >= 0. */
    readonly downtime: number;
  };
  /** What happens to single messages and connections, each drawn independently. */
  readonly faults?: FaultSpec;
}

export type ComputeSpec =
  /** The same speed always. `secondsPerExample` >= 0. */
  | { readonly kind: "constant"; readonly secondsPerExample: number }
  /**
   * w / mu + Exp(rate alpha * mu / w) seconds for w examples: a deterministic part and a random one for memory
   * access, as in coded federated learning (Dhakal et al., "Coded Federated Learning", arXiv 2002.09574).
   * `examplesPerSecond` is mu > 0; `alpha` > 0 (larger: less jitter).
   */
  | { readonly kind: "shifted-exponential"; readonly examplesPerSecond: number; readonly alpha: number }
  /** A log-normal speed per (round, client). `medianSecondsPerExample` >= 0, `sigma` >= 0 of the logarithm. */
  | { readonly kind: "log-normal"; readonly medianSecondsPerExample: number; readonly sigma: number };

/** `latency` is in seconds, >= 0, default 0, added once per message. */
export type LinkSpec =
  | { readonly kind: "constant"; readonly latency?: number; readonly bytesPerSecond: number }
  /** Each transmission is lost with probability `erasure` in [0, 1) and repeated until it arrives. */
  | {
      readonly kind: "erasure";
      readonly latency?: number;
      readonly bytesPerSecond: number;
      readonly erasure: number;
    }
  /** A log-normal bandwidth per message; `sigma` >= 0 of the logarithm. */
  | {
      readonly kind: "log-normal";
      readonly latency?: number;
      readonly medianBytesPerSecond: number;
      readonly sigma: number;
    };

export interface FaultSpec {
  /** Probability that a message never arrives. */
  readonly loss?: number;
  /** Probability that a message arrives twice. */
  readonly duplicate?: number;
  /** Messages held back, so that later ones overtake them. */
  readonly reorder?: {
    readonly probability: number;
    /** Upper end of the uniform extra delay, in seconds; >= 0. */
    readonly seconds: number;
  };
  /** Messages that take longer. */
  readonly delay?: {
    readonly probability: number;
    /** Mean of the exponential extra delay, in seconds; >= 0. */
    readonly seconds: number;
  };
  /** Probability that a message arrives as garbage, which its receiver has to refuse. */
  readonly garbage?: number;
  /** Probability that a message claims the round before or after its own. */
  readonly lie?: number;
  /** Connections that break during the client's work and are built up again; nothing is lost with them. */
  readonly leave?: {
    /** Per (round, client), in [0, 1]. */
    readonly probability: number;
    /** Until the connection is back, in seconds; >= 0. */
    readonly seconds: number;
  };
}

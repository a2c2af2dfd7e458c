/**
 * The event log's vocabulary. The log is the one record of a run: progress bar, dashboard, report, summary and
 * resume are all readers of it. Parties record bodies; the runner stamps them with sequence and times.
 */

/** What became of a client that was asked in a round. */
export type Outcome = "contributed" | "late" | "dropped" | "rejected";

/** Bytes on the wire, frames included. */
export interface Traffic {
  readonly uplinkBytes: number;
  readonly downlinkBytes: number;
  readonly clientToClientBytes: number;
}

export type Role = "server" | "client";

/** The messages of one kind in a round, as whoever carried them has counted them. */
export interface MessageTally {
  /** As it stands on the wire; `other` adds up what is of no kind that the run has, or of another round. */
  readonly kind: string;
  readonly from: Role;
  readonly to: Role;
  /** Messages by receiver: one to three clients counts three times. */
  readonly count: number;
  readonly bytes: number;
  /** Bytes of the party that has sent most of them, and of the one that has received most. */
  readonly mostSent: number;
  readonly mostReceived: number;
  /** When the first and the last was sent, seconds from the round's opening; 0 for what came before. */
  readonly first: number;
  readonly last: number;
}

/** What travelled in a round; bytes include failed attempts at it. */
export interface RoundTraffic extends Traffic {
  /** Of the attempt that did not fail, in the order in which each kind first appeared; absent in older logs. */
  readonly messages?: readonly MessageTally[];
  /** Bytes of the client that has sent most in that attempt, and of the one that has received most. */
  readonly busiestClient?: { readonly sent: number; readonly received: number };
}

/** Bytes from every party to every other in an attempt at a round. */
export interface Exchange {
  /** In the order in which they first sent or received. */
  readonly parties: readonly string[];
  /** Row per sender, column per receiver. */
  readonly bytes: readonly (readonly number[])[];
}

/** One finished round as users see it; the element of `RunSummary.rounds`. */
export interface RoundSummary extends RoundTraffic {
  /** 1-based. */
  readonly round: number;
  /** On the held-out set after this round, in [0, 1]; null in rounds without evaluation. */
  readonly accuracy: number | null;
  readonly loss: number | null;
  /** Seconds from the start of this round to its end: simulated ones in a simulation, real ones with real clients. */
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  /** Counts of clients. */
  readonly selected: number;
  readonly contributed: number;
  readonly late: number;
  readonly dropped: number;
  readonly rejected: number;
  /** Mean over the clients' own data, where the recipe asks for client evaluation. */
  readonly clientAccuracy?: number;
  readonly clientLoss?: number;
  /** Figures of the method in this round, where it has any. */
  readonly figures?: Readonly<Record<string, unknown>>;
}

/** What the server itself knows of a finished round; the runner adds traffic and wall time. */
export type RoundOutcome = Omit<RoundSummary, keyof RoundTraffic | "wallSeconds">;

/** What parties record. */
export type PartyEvent =
  | Exclude<EventBody, { kind: "round-finished" }>
  | ({ readonly kind: "round-finished" } & RoundOutcome);

export type EventBody =
  | {
      readonly kind: "run-started";
      readonly run: string;
      /** What carried the messages; absent in older logs, which are simulated. */
      readonly fabric?: "simulated" | "websocket";
      /** The full recipe with all defaults filled in. */
      readonly recipe: unknown;
      readonly seed: number;
      readonly task: string;
      readonly clients: number;
      readonly parameters: number;
      readonly rounds: number;
      readonly versions: Readonly<Record<string, string>>;
      readonly machine: { readonly cpu: string; readonly cores: number; readonly workers: number };
      readonly classNames: readonly string[];
      /** Where examples are facts about the classes. */
      readonly relationNames?: readonly string[];
      /** Row per client (`client-0` first), column per class, or per relation where there are some: examples held. Empty where clients keep that to themselves. */
      readonly histogram: readonly (readonly number[])[];
      /** Clients that a simulated adversary controls; absent without one. */
      readonly corrupted?: readonly string[];
    }
  /** The run continues the history that ended at `after`; what lies between is superseded. */
  | {
      readonly kind: "run-resumed";
      readonly after: number;
      /** Sums that the clients' noise has to hide all the same, though the attempts that showed them are superseded. */
      readonly releases?: number;
      /** The most clients of one of these attempts. */
      readonly asked?: number;
    }
  /** Too few clients are there for a round, which begins as soon as there are enough. */
  | { readonly kind: "waiting"; readonly clients: number; readonly needed: number }
  /** The protocol's messages before the first round are over. */
  | { readonly kind: "setup-finished" }
  | {
      readonly kind: "round-started";
      readonly round: number;
      readonly attempt: number;
      readonly selected: readonly string[];
    }
  /** A client's local training, in its own words. `virtualSeconds` is the simulated duration. */
  | {
      readonly kind: "client-trained";
      readonly round: number;
      readonly client: string;
      readonly virtualSeconds: number;
      readonly examples: number;
      readonly loss: number;
    }
  /** An answer that came after its round had closed. */
  | { readonly kind: "late-answer"; readonly round: number; readonly client: string }
  /** A message that was refused at the door. */
  | { readonly kind: "refused"; readonly from: string; readonly code: string; readonly reason: string }
  | { readonly kind: "client-left"; readonly client: string }
  | { readonly kind: "client-joined"; readonly client: string }
  | {
      readonly kind: "client-outcome";
      readonly round: number;
      readonly client: string;
      readonly outcome: Outcome;
      /** Why a client was rejected or dropped. */
      readonly reason?: string;
      /** It contributed, and the aggregator left its update out. */
      readonly excluded?: true;
      /** From the opening of the round to the client's last message in it. */
      readonly seconds?: number;
    }
  /** The round was given up and will be tried again. */
  | {
      readonly kind: "round-failed";
      readonly round: number;
      readonly attempt: number;
      readonly code: string;
      readonly reason: string;
    }
  | ({
      readonly kind: "round-finished";
      /** Of the first round only, and where few enough took part in it. */
      readonly exchange?: Exchange;
    } & RoundSummary)
  | { readonly kind: "checkpoint"; readonly round: number; readonly file: string; readonly best: boolean }
  | { readonly kind: "run-finished"; readonly summary: RunSummary }
  | {
      readonly kind: "run-failed";
      readonly code: string;
      readonly message: string;
      readonly round: number | null;
    };

/** An event as the log holds it. */
export type RunEvent = EventBody & {
  /** 1-based position in the log. */
  readonly sequence: number;
  /** Simulated (or real) seconds since the run started. */
  readonly at: number;
  /** Wall clock, milliseconds since 1970; the only field besides `wallSeconds` that differs between equal runs. */
  readonly wall: number;
};

/** The JSON that `coterie run --json` prints; its shape is fixed. */
export interface RunSummary {
  readonly run: string;
  readonly recipe: string;
  /** What carried the messages, and so which time `virtualSeconds` tells. */
  readonly fabric: "simulated" | "websocket";
  readonly seed: number;
  readonly task: string;
  readonly clients: number;
  readonly parameters: number;
  readonly rounds: readonly RoundSummary[];
  readonly final: {
    readonly accuracy: number;
    readonly loss: number;
    readonly round: number;
    /** Accuracy of the exported `model.onnx`, measured by running it. */
    readonly onnxAccuracy?: number;
  };
  readonly best: { readonly round: number; readonly accuracy: number };
  readonly privacy: null | {
    readonly unit: "sample" | "client" | "entry";
    readonly epsilon: number;
    readonly delta: number;
    readonly accountant: string;
    readonly assumptions: readonly string[];
  };
  /** Figures of the method in use. */
  readonly method: Readonly<Record<string, unknown>>;
  readonly files: {
    readonly report: string;
    /** Null where real clients have models of their own, which are nowhere else. */
    readonly model: string | null;
    /** Null where clients keep models of their own, which `model` holds all of. */
    readonly onnx: string | null;
    readonly events: string;
  };
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  readonly peakMemoryBytes: number;
}

import { type Command, Option } from "commander";
import { RunError } from "../../errors.ts";
import type { NodeJoinEvent } from "../../join/node/join.ts";
import { formatBytes, formatSeconds } from "../../records/report/format.ts";
import { shortFingerprint } from "../../runtime/session/identity.ts";
import { parseJoinLink } from "../../runtime/session/join-link.ts";
import { listenForInterrupt } from "../interrupt-signal.ts";
import { Interrupted } from "../interrupted.ts";
import { formatScore } from "../progress.ts";
import { wholeNumber } from "../run-options.ts";
import { type Terminal, writeLine } from "../terminal.ts";

interface Options {
  readonly data?: string;
  readonly name?: string;
  readonly token?: string;
  readonly model?: string;
  readonly patience: number;
  readonly json?: true;
  readonly quiet?: true;
}

/** What a client has done, as `--json` prints it. */
interface Contribution {
  name: string;
  run: string;
  rounds: number;
  accepted: number;
  sentMessages: number;
  sentBytes: number;
  /** Where the client's own model is, under protocols that give it one, and how it did the last time it was measured. */
  model?: string;
  measured?: Pick<Measured, "round" | "examples" | "accuracy" | "loss">;
}

type Measured = Extract<NodeJoinEvent, { kind: "measured" }>;

/** The round in progress. */
interface Round {
  messages: number;
  bytes: number;
  measured: Contribution["measured"];
}

const newRound = (): Round => ({ messages: 0, bytes: 0, measured: undefined });

/** `coterie join URL`: a real client. */
export function addJoinCommand(program: Command, terminal: Terminal): void {
  program
    .command("join")
    .description("take part in a served run with data of your own, which stays here")
    .argument("<url>", "the link that `coterie serve` printed, or the server's address")
    .option(
      "--data <path>",
      "your data: a CSV or Parquet file, facts as CSV, a folder of pictures by class, or IDX files",
    )
    .option("--name <name>", "your name in the run (default: this machine's)")
    .option("--token <token>", "the invitation's token, where the URL does not hold it")
    .option(
      "--model <path>",
      "where the model is kept that is your own, under protocols that give you one (default: NAME-RUN-KEY.safetensors here)",
    )
    .addOption(
      new Option("--patience <seconds>", "how long to look for a server that does not answer")
        .default(600, "600, ten minutes")
        .argParser(wholeNumber(0)),
    )
    .option("--json", "one JSON value on standard output, everything else on standard error")
    .option("--quiet", "no progress")
    .action(async (url: string, { data, name, token, model, patience, json, quiet }: Options) => {
      const { joinServer } = await import("../../join/node/join.ts");
      const link = { ...parseJoinLink(url), ...(token !== undefined && { token }) };
      let round = newRound();
      const done: Contribution = { name: "", run: "", rounds: 0, accepted: 0, sentMessages: 0, sentBytes: 0 };
      const observe = (event: NodeJoinEvent): void => {
        count(event, done, round);
        const line = describe(event, round);
        if (event.kind === "round-closed") round = newRound();
        // Where a model is that was to be kept elsewhere is no progress.
        if (line !== undefined && (!quiet || event.kind === "own-model-trouble"))
          writeLine(terminal.err, line);
      };
      using interrupt = listenForInterrupt(() => writeLine(terminal.err, "\ncoterie: leaving"));
      const { signal } = interrupt;
      const end = await joinServer({ link, name, data, model, observe, signal, patience });
      if (json) writeLine(terminal.out, JSON.stringify({ ...done, end }));
      if (end === "left") {
        throw new Interrupted(
          "join.left",
          "This client has left; the same command brings it back to the run.",
        );
      }
      if (end !== "finished") {
        throw new RunError(
          "join.ended",
          "The server ended the run before it was finished; ask its operator.",
        );
      }
    });
}

function count(event: NodeJoinEvent, done: Contribution, round: Round): void {
  if (event.kind === "planned") {
    done.name = event.name;
    done.run = event.received.plan.run;
  } else if (event.kind === "own-model") done.model = event.path;
  else if (event.kind === "measured") {
    const { examples, accuracy, loss } = event;
    round.measured = { round: event.round, examples, accuracy, loss };
  } else if (event.kind === "trained") done.rounds++;
  else if (event.kind === "round-closed" && event.accepted) {
    done.accepted++;
    if (round.measured) done.measured = round.measured;
  } else if (event.kind === "sent") {
    const { bytes } = event.message;
    done.sentMessages++;
    done.sentBytes += bytes;
    round.messages++;
    round.bytes += bytes;
  }
}

/** One line for people; undefined for what they need not see. */
function describe(event: NodeJoinEvent, { messages, bytes }: Round): string | undefined {
  switch (event.kind) {
    case "server":
      return event.trust === "new"
        ? `server key ${shortFingerprint(event.key)}: seen for the first time, compare it with the operator's`
        : undefined;
    case "connected":
      return event.resumed ? "connected again" : "connected";
    case "waiting":
      return `${event.reason} Next attempt in ${formatSeconds(event.seconds)}.`;
    case "planned": {
      const { plan, bundle } = event.received;
      return `run ${plan.run}: ${bundle.task}, ${plan.rounds} rounds, ${plan.dimension} parameters, protocol ${plan.protocol.kind}; taking part as ${event.name}`;
    }
    case "data-read":
      return [
        `${event.examples} examples${event.heldOut > 0 ? `, and ${event.heldOut} held out` : ""}`,
        ...event.notes,
      ].join("\n  ");
    case "own-model":
      return `your own model: ${event.path}${event.isOld ? ", which goes on from where it was" : ""}`;
    case "trained":
      return `round ${event.round}: trained on ${event.examples} examples in ${formatSeconds(event.seconds)}, loss ${formatScore(event.loss)}`;
    case "measured":
      return `round ${event.round}: your own model: accuracy ${formatScore(event.accuracy)}, loss ${formatScore(event.loss)} on ${event.examples} examples held out`;
    case "round-closed":
      return `round ${event.round}: ${event.accepted ? "counts" : "does not count"}; sent ${messages} messages, ${formatBytes(bytes)}`;
    case "own-model-trouble":
      return event.problem;
    case "refused":
      return `refused: ${event.reason} (${event.code})`;
    default:
      return undefined;
  }
}

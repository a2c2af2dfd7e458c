/**
 * What people see while a run goes on: a live bar on a terminal, plain lines elsewhere. A reader of events; of a
 * resumed run's history only the bar's position is taken.
 */
import { SingleBar } from "cli-progress";
import type { RoundSummary, RunEvent } from "../records/events.ts";
import { formatSeconds } from "../records/report/format.ts";
import { type Terminal, writeLine } from "./terminal.ts";

export interface Progress extends Disposable {
  show(event: RunEvent): void;
  /** Writes lines for people, where they do not get in the bar's way; also when no progress is shown. */
  say(text: string): void;
}

/** An accuracy or a loss. */
export function formatScore(value: number): string {
  return value.toFixed(4);
}

/** @param style `none` shows nothing */
export function createProgress(terminal: Terminal, style: "live" | "lines" | "none"): Progress {
  const say = (text: string) => writeLine(terminal.err, text);
  if (style === "none") return { show: () => {}, say, [Symbol.dispose]: () => {} };
  return style === "live" ? liveProgress(terminal) : lineProgress(terminal);
}

export function progressStyle(terminal: Terminal, quiet: boolean): "live" | "lines" | "none" {
  if (quiet) return "none";
  return terminal.err.isTTY ? "live" : "lines";
}

function lineProgress({ err }: Terminal): Progress {
  const timing = new Timing();
  return {
    show(event) {
      timing.see(event);
      if (timing.isHistory(event)) return;
      if (event.kind === "round-finished") {
        writeLine(
          err,
          `round ${event.round}/${timing.rounds}  ${roundText(event, timing.clock)}  ${timing.left()} left`,
        );
      } else {
        const text = eventText(event);
        if (text !== undefined) writeLine(err, text);
      }
    },
    say: (text) => writeLine(err, text),
    [Symbol.dispose]: () => {},
  };
}

function liveProgress({ err }: Terminal): Progress {
  const timing = new Timing();
  const bar = new SingleBar({
    stream: err as NodeJS.WriteStream,
    format: "{bar} round {value}/{total}  accuracy {accuracy}  loss {loss}  {left} left",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    gracefulExit: false,
    clearOnComplete: true,
  });
  const latest = { accuracy: "-", loss: "-", left: "?" };
  let round = 0;
  // The bar goes away and comes back beneath: it has the cursor, and cuts off what is longer than the terminal is wide.
  const say = (text: string) => {
    const { isActive } = bar;
    if (isActive) bar.stop();
    writeLine(err, text);
    if (isActive) bar.start(timing.rounds, round, latest);
  };
  return {
    say,
    show(event) {
      timing.see(event);
      if (event.kind === "round-finished") {
        if (event.accuracy !== null) latest.accuracy = formatScore(event.accuracy);
        if (event.loss !== null) latest.loss = formatScore(event.loss);
        latest.left = timing.left();
        round = event.round;
        bar.update(round, latest);
        return;
      }
      const text = timing.isHistory(event) ? undefined : eventText(event);
      if (text !== undefined) say(text);
      if (event.kind === "run-started") bar.start(timing.rounds, round, latest);
    },
    [Symbol.dispose]() {
      if (bar.isActive) bar.stop();
    },
  };
}

function roundText(round: RoundSummary, clock: string): string {
  const scores =
    round.accuracy === null
      ? "not evaluated"
      : `accuracy ${formatScore(round.accuracy)}  loss ${formatScore(round.loss ?? Number.NaN)}`;
  const missed = (["late", "dropped", "rejected"] as const)
    .filter((outcome) => round[outcome] > 0)
    .map((outcome) => `${round[outcome]} ${outcome}`);
  const clients = [`${round.contributed} of ${round.selected} clients`, ...missed].join(", ");
  return `${scores}  ${clients}  ${formatSeconds(round.virtualSeconds)}${clock}`;
}

/** Events besides finished rounds that people want to know of. */
function eventText(event: RunEvent): string | undefined {
  switch (event.kind) {
    case "run-started":
      return `${event.task}: ${event.clients} clients, ${event.rounds} rounds, ${event.parameters} parameters`;
    case "run-resumed":
      return "resumed from the last checkpoint";
    case "waiting":
      return `waiting until ${event.needed} clients are there; now ${event.clients} are`;
    case "round-failed":
      return `round ${event.round}, attempt ${event.attempt} failed: ${event.reason}`;
    default:
      return undefined;
  }
}

/** Time left, from the mean wall time of the rounds that this process has seen. */
class Timing {
  rounds = 0;
  /** What stands behind the seconds of a round. */
  clock = "";
  readonly #start = Date.now();
  #round = 0;
  #seen = 0;
  #seconds = 0;

  see(event: RunEvent): void {
    if (event.kind === "run-started") {
      this.rounds = event.rounds;
      this.clock = event.fabric === "websocket" ? "" : " simulated";
    }
    if (event.kind !== "round-finished") return;
    this.#round = event.round;
    if (this.isHistory(event)) return;
    this.#seen++;
    this.#seconds += event.wallSeconds;
  }

  /** Whether another process made this event, before this one resumed the run. */
  isHistory(event: RunEvent): boolean {
    return event.wall < this.#start;
  }

  left(): string {
    if (this.#seen === 0) return "?";
    return formatSeconds((this.#seconds / this.#seen) * (this.rounds - this.#round));
  }
}

/**
 * Which of a machine's engines trains fastest, found by letting each take real steps of the real program on made-up
 * data. An engine that fails, hangs, or computes something else than the others is passed over.
 */
import { RunError } from "../errors.ts";
import type { Clock } from "../runtime/host/clock.ts";
import type { Loop } from "./engine.ts";
import { type FirstStep, firstStep, flawOf, type Trial, trialOf } from "./probe-trial.ts";
import type { ProgramBundle } from "./program-bundle.ts";
import { takeTurns } from "./turns.ts";

/** An engine that may be chosen; more fields are the caller's own. */
export interface EngineCandidate {
  readonly name: string;
  /** Opens the bundle's training step. */
  open(): Promise<Loop>;
}

/** How an engine did, for display. */
export type EngineMeasurement =
  | {
      readonly name: string;
      /** Median over the timed calls. */
      readonly secondsPerStep: number;
      /** From opening to the end of the first step: loading and compiling. */
      readonly secondsToStart: number;
    }
  | { readonly name: string; readonly failure: string };

export interface EngineChoice<Candidate> {
  readonly chosen: Candidate;
  /** Of all candidates, in their order. */
  readonly measurements: readonly EngineMeasurement[];
}

export interface ProbeOptions {
  readonly bundle: ProgramBundle;
  readonly clock: Clock;
}

/** Seconds of timed steps for each engine; a call that has begun is finished. */
const BUDGET = 1;
/** Seconds for loading an engine, and again for each of its calls; one that takes longer hangs. */
const PATIENCE = 30;

/**
 * Opens one candidate after another, lets it take a step to be compared and a call to warm up, and times calls for
 * about a second. The fastest wins, by the median; the first of equals. Results are compared with those of the
 * first candidate that works, so the most trustworthy one comes first.
 *
 * @throws RunError `learn.probe.none` with every engine's reason when none of them works.
 */
export async function chooseEngine<Candidate extends EngineCandidate>(
  candidates: readonly Candidate[],
  { bundle, clock }: ProbeOptions,
): Promise<EngineChoice<Candidate>> {
  const trial = trialOf(bundle);
  const measurements: EngineMeasurement[] = [];
  let expected: FirstStep | undefined;
  let fastest = Number.POSITIVE_INFINITY;
  let chosen: Candidate | undefined;
  for (const candidate of candidates) {
    const { name } = candidate;
    try {
      const { first, ...times } = await measure(candidate, trial, expected, clock);
      expected ??= first;
      measurements.push({ name, ...times });
      if (times.secondsPerStep >= fastest) continue;
      fastest = times.secondsPerStep;
      chosen = candidate;
    } catch (error) {
      measurements.push({ name, failure: error instanceof Error ? error.message : String(error) });
    }
  }
  if (chosen !== undefined) return { chosen, measurements };
  const reasons = measurements.flatMap((m) => ("failure" in m ? [`${m.name}: ${m.failure}`] : []));
  throw new RunError(
    "learn.probe.none",
    `No engine of this machine can run the training step (${reasons.join("; ") || "it has none"}); try another browser or machine.`,
  );
}

async function measure(
  candidate: EngineCandidate,
  trial: Trial,
  expected: FirstStep | undefined,
  clock: Clock,
): Promise<{ first: FirstStep; secondsPerStep: number; secondsToStart: number }> {
  const begun = clock.now();
  const loop = await opened(candidate, clock);
  try {
    const first = await patiently(firstStep(loop, trial), clock);
    const secondsToStart = clock.now() - begun;
    const flaw = flawOf(first, expected);
    if (flaw !== undefined) throw new Error(flaw);
    await patiently(loop.step(trial.several), clock);
    return { first, secondsPerStep: (await medianCall(loop, trial, clock)) / trial.steps, secondsToStart };
  } finally {
    loop[Symbol.dispose]();
  }
}

async function medianCall(loop: Loop, { several }: Trial, clock: Clock): Promise<number> {
  const times: number[] = [];
  const end = clock.now() + BUDGET;
  do {
    await takeTurns(undefined);
    const before = clock.now();
    await patiently(loop.step(several), clock);
    times.push(clock.now() - before);
  } while (clock.now() < end);
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

async function opened(candidate: EngineCandidate, clock: Clock): Promise<Loop> {
  const opening = candidate.open();
  try {
    return await patiently(opening, clock);
  } catch (error) {
    // One that opens after all is not kept.
    opening.then((late) => late[Symbol.dispose]()).catch(() => {});
    throw error;
  }
}

/** The promise's value, unless it takes too long. */
async function patiently<T>(promise: Promise<T>, clock: Clock): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(PATIENCE, () => reject(new Error(`no answer within ${PATIENCE} seconds`)));
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    cancel();
  }
}

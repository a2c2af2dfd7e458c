/**
 * The record of a run in its folder, whatever fabric carries it: the event log, the checkpoints after its rounds, and
 * at its end the model, the summary and the report. It finds where an interrupted run stands; what came after the last
 * checkpoint is given up and repeated.
 */
import { CoterieError, RunError } from "../errors.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { EventStore } from "../records/event-store.ts";
import type { EventBody, RunEvent } from "../records/events.ts";
import {
  checkpointFile,
  discardCheckpointsAfter,
  loadLatestCheckpoint,
  lockRun,
  openSqliteStore,
  type RunFolder,
  type RunLock,
  saveCheckpoint,
} from "../records/node/index.ts";
import { foldSummary } from "../records/summary.ts";
import type { Learnt } from "./export-models.ts";
import { finishRun, publishRun } from "./finish.ts";
import { Journal } from "./journal.ts";
import { checkSameData, checkSameFabric, checkSameRecipe } from "./open-folder.ts";
import type { PreparedModel } from "./prepare.ts";
import { askedIn, PrivacyAccount, releasesOf } from "./privacy-account.ts";

interface Best {
  readonly round: number;
  readonly accuracy: number;
}

/** What a checkpoint holds besides its round and place in the log. */
interface Saved<World> {
  readonly fabric: World;
  readonly best: Best | null;
}

export class RunRecord<World> implements AsyncDisposable {
  readonly folder: RunFolder;
  readonly #prepared: PreparedModel;
  readonly #lock: RunLock;
  readonly #store: EventStore;
  readonly #journal: Journal;
  readonly #summary = foldSummary();
  readonly #account: PrivacyAccount;
  /** What readers of the log see so far: the history of a resumed run, or that the run has started. */
  readonly past: readonly RunEvent[];
  /** Whether the run was over before. */
  readonly isFinished: boolean;
  /** What the fabric goes on from; undefined at the start. */
  readonly world: World | undefined;
  /** The last finished round, 0 for none. */
  round: number;
  /** The last round that a checkpoint keeps. */
  #saved: number;
  #best: Best | null;

  private constructor(
    folder: RunFolder,
    prepared: PreparedModel,
    lock: RunLock,
    store: EventStore,
    standing: Standing<World>,
  ) {
    this.folder = folder;
    this.#prepared = prepared;
    this.#lock = lock;
    this.#store = store;
    this.#journal = standing.journal;
    this.past = standing.past;
    this.isFinished = standing.isFinished;
    this.world = standing.saved?.fabric;
    this.#best = standing.saved?.best ?? null;
    this.round = standing.round;
    this.#saved = standing.round;
    this.#account = new PrivacyAccount(prepared.recipe, prepared.initial.length);
    for (const event of this.past) {
      this.#summary.add(event);
      this.#account.noted(event);
    }
  }

  /**
   * Opens the record in a folder that `openFolder` has made ready.
   *
   * @param start the run's first event, or what it would be
   * @throws InputError `run.recipe-changed`, `run.data-changed`, `run.fabric`, and those of lock and store
   */
  static async open<World>(
    folder: RunFolder,
    prepared: PreparedModel,
    start: EventBody,
  ): Promise<RunRecord<World>> {
    const lock = lockRun(folder.lock);
    let store: EventStore | undefined;
    try {
      store = openSqliteStore(folder.events);
      const standing = await findStanding<World>(folder, store, prepared.recipe, start);
      return new RunRecord(folder, prepared, lock, store, standing);
    } catch (error) {
      await store?.close();
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** Stamps an event; it is in the log after the next flush. */
  add(at: number, body: EventBody): RunEvent {
    const event = this.#journal.stamp(at, this.#account.noted(body));
    this.#summary.add(event);
    if (event.kind === "round-finished") this.round = event.round;
    return event;
  }

  /**
   * Saves the world after a finished round, where the recipe wants a checkpoint. When it has settled, the round can
   * no longer be lost.
   */
  async saveRound(
    at: number,
    { round, accuracy }: { readonly round: number; readonly accuracy: number | null },
    world: () => World,
  ): Promise<RunEvent | undefined> {
    const { rounds, checkpoint } = this.#prepared.recipe;
    if (round % checkpoint.every !== 0 && round !== rounds) return undefined;
    const isBest = accuracy !== null && accuracy > (this.#best?.accuracy ?? -1);
    if (isBest) this.#best = { round, accuracy };
    // The event comes first and belongs to the checkpoint; without its file it is superseded on resume.
    const event = this.add(at, { kind: "checkpoint", round, file: checkpointFile(round), best: isBest });
    await this.flush();
    const saved: Saved<World> = { fabric: world(), best: this.#best };
    const { sequence } = this.#journal;
    await saveCheckpoint(this.folder, { round, sequence, world: saved }, this.#best?.round ?? null);
    this.#saved = round;
    return event;
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** At once where noise is accounted for: an attempt that is not on record when its sum is seen would not be paid for. */
  flushWhenDue(): Promise<void> {
    return this.#prepared.recipe.privacy ? this.#journal.flush() : this.#journal.flushWhenDue();
  }

  /** Exports what was learnt and ends the log of a run that has done its rounds. Throws as `finishRun`. */
  async finish(at: number, learnt: Learnt): Promise<RunEvent> {
    await this.flush();
    const { folder } = this;
    const summary = await finishRun({
      prepared: this.#prepared,
      folder,
      learnt,
      summary: this.#summary.result(),
    });
    const event = this.add(at, { kind: "run-finished", summary });
    await this.flush();
    await publishRun(folder, summary);
    return event;
  }

  /**
   * Ends the log of a run that failed.
   *
   * @param round the round that failed; null after the last
   * @returns the error for people, with what is left of the run
   */
  async fail(at: number, error: unknown, round: number | null): Promise<CoterieError> {
    const failure = describeFailure(error, round, this.#saved, this.folder);
    const { code, message } = failure;
    this.add(at, { kind: "run-failed", code, message, round });
    // The first failure is the one to tell, and often the reason why the log cannot be written either.
    await this.flush().catch(() => {});
    return failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
    this.#lock[Symbol.dispose]();
  }
}

/** Where a run stands. */
interface Standing<World> {
  readonly journal: Journal;
  readonly past: readonly RunEvent[];
  readonly isFinished: boolean;
  readonly round: number;
  readonly saved: Saved<World> | undefined;
}

/** Finds where a run stands and gives up what came after its last checkpoint. */
async function findStanding<World>(
  folder: RunFolder,
  store: EventStore,
  recipe: Recipe,
  start: EventBody,
): Promise<Standing<World>> {
  const last = await store.lastSequence();
  const journal = new Journal(store, last);
  if (last === 0) {
    // Checkpoints without a log belong to a run that is no more.
    await discardCheckpointsAfter(folder, 0);
    const event = journal.stamp(0, start);
    // At once: the first round may take long, and others follow the log.
    await journal.flush();
    return { journal, past: [event], isFinished: false, round: 0, saved: undefined };
  }
  const recorded = await store.readAll();
  const [first] = recorded;
  if (first.kind === "run-started" && start.kind === "run-started") {
    checkSameFabric(first, start);
    checkSameRecipe(first.recipe, recipe);
  }
  checkSameData(first, start);
  const end = recorded.at(-1)!;
  if (end.kind === "run-finished") {
    // The run may have been killed between its last event and its report.
    await publishRun(folder, end.summary);
    return { journal, past: recorded, isFinished: true, round: recipe.rounds, saved: undefined };
  }
  const { checkpoint } = await loadLatestCheckpoint(folder, last);
  // Without a checkpoint only the first event, `run-started`, stands.
  const after = checkpoint?.sequence ?? 1;
  const round = checkpoint?.round ?? 0;
  await discardCheckpointsAfter(folder, round);
  const superseded = recorded.filter(({ sequence }) => sequence > after);
  const releases = superseded.reduce((sum, event) => sum + releasesOf(event), 0);
  const asked = superseded.reduce((most, event) => Math.max(most, askedIn(event)), 0);
  journal.stamp(end.at, { kind: "run-resumed", after, ...(recipe.privacy && { releases, asked }) });
  await journal.flush();
  const saved = checkpoint?.world as Saved<World> | undefined;
  return { journal, past: await store.readAll(), isFinished: false, round, saved };
}

function describeFailure(
  error: unknown,
  failed: number | null,
  saved: number,
  folder: RunFolder,
): CoterieError {
  if (!(error instanceof CoterieError)) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = failed === null ? "after its last round" : `in round ${failed}`;
    return new RunError("run.failed", `The run failed ${place}: ${reason}`, { cause: error });
  }
  if (error.code !== "run.diverged") return error;
  const left =
    saved === 0
      ? `There is no checkpoint yet${failed === 1 ? ": it was the first round" : ""}.`
      : `The last good checkpoint is that of round ${saved} in ${folder.checkpoints}.`;
  return new RunError(error.code, `${error.message} ${left}`, { cause: error });
}

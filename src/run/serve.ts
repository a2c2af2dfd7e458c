/**
 * A run with real clients, from recipe to results: the counterpart of `run.ts`. It prepares the model and the
 * programs that clients train with, opens the record, and hands the reception to whoever listens on the network.
 */
import { availableParallelism } from "node:os";
import type { ClientData } from "../data/client-data.ts";
import { dataPlanOf } from "../data/data-plan.ts";
import { selectRows } from "../data/select.ts";
import type { ServerState } from "../federated/server.ts";
import { createProgramBundle } from "../learn/create-program-bundle.ts";
import { createWorkerTrainer } from "../learn/node/worker-trainer.ts";
import type { ProgramBundle } from "../learn/program-bundle.ts";
import type { Trainer } from "../learn/training.ts";
import { localWorkOf } from "../recipe/components.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { RunEvent } from "../records/events.ts";
import type { RunFolder } from "../records/node/index.ts";
import { systemClock } from "../runtime/node/system-clock.ts";
import type { PartyId } from "../runtime/party.ts";
import type { Claim } from "../runtime/session/handshake.ts";
import type { Identity } from "../runtime/session/identity.ts";
import type { ReceptionLimits } from "../runtime/session/reception.ts";
import { checkAdversary, checkEmbeddings } from "./check-served.ts";
import { describeRun } from "./describe-run.ts";
import { heldOutOf, ownedEntities } from "./embeddings.ts";
import { openFolder } from "./open-folder.ts";
import { dealShards, type PreparedModel, prepareModel } from "./prepare.ts";
import { RunRecord } from "./run-record.ts";
import { Service } from "./service.ts";
import { referenceRows } from "./side-shards.ts";

/** Who the server is and whom it lets in; what the network needs of a run. */
export interface Door {
  readonly identity: Identity;
  /** The name under which a client takes part; throws a SessionError to refuse it. */
  readonly admit: (claim: Claim) => Promise<PartyId>;
  /** Everybody who may take part or has ever been let in, always in the same order. */
  readonly members: () => readonly PartyId[];
  /** Something was refused. */
  readonly refused: (from: PartyId | undefined, code: string) => void;
  /** The run is ready for clients. The answer closes what was opened, after everyone has taken leave. */
  readonly open: (service: Service) => Promise<() => Promise<void>>;
}

export interface ServeOptions {
  /** The run's folder, made when missing. Default: a new one under `runs/`. */
  readonly folder?: string;
  readonly resume?: boolean;
  /** Aborting stops the run at once; it can be resumed from its last finished round. */
  readonly signal?: AbortSignal;
  readonly baseFolder?: string;
  /** Deals the recipe's training data out to the clients, for trying the system without data of their own. */
  readonly deal?: boolean;
  readonly limits?: Partial<ReceptionLimits>;
  /** Makes the door once the folder is known. */
  readonly door: (folder: RunFolder) => Promise<Door>;
}

/** What follows from a recipe and takes time to make; nothing of it changes while the run goes on. */
export interface Provisions {
  readonly prepared: PreparedModel;
  /** What clients train with. */
  readonly bundle: ProgramBundle;
  /** Evaluates the model on the held-out set. */
  readonly trainer: Trainer;
  readonly workers: number;
}

/**
 * Serves a recipe to real clients and gives the events as they happen; the last one is `run-finished`.
 *
 * @throws as `run`
 */
export async function* serve(recipe: Recipe, options: ServeOptions): AsyncGenerator<RunEvent> {
  checkAdversary(recipe);
  const prepared = await prepareModel(recipe, options.baseFolder ?? process.cwd());
  checkEmbeddings(prepared);
  const { task, spec, dataset } = prepared;
  const work = localWorkOf(recipe);
  const corrected = recipe.server.optimizer.kind === "scaffold";
  const bundle = createProgramBundle({ task, spec, work, corrected });
  const workers = availableParallelism();
  const reference = referenceRows(prepared);
  const shards = reference ? [reference] : [];
  await using trainer = await createWorkerTrainer({ task, dataset, shards, work, workers });
  yield* servePrepared({ prepared, bundle, trainer, workers }, options);
}

/** The same with what was made before. */
export async function* servePrepared(
  { prepared, bundle, trainer, workers }: Provisions,
  options: ServeOptions,
): AsyncGenerator<RunEvent> {
  const { resume = false, signal } = options;
  const data = dataPlanOf(prepared.dataset, isEmbeddings(prepared.recipe.protocol));
  const deal = options.deal ? dealer(prepared, dealShards(prepared)) : undefined;

  const folder = await openFolder(options.folder, prepared.recipe, resume);
  const start = describeRun(prepared, folder.run, workers);
  await using record = await RunRecord.open<ServerState>(folder, prepared, start);
  yield* record.past;
  if (record.isFinished) return;

  const { identity, admit, members, refused, open } = await options.door(folder);
  const service = new Service({
    ...{ prepared, run: folder.run, data, bundle, trainer, identity, admit, refused },
    clock: systemClock,
    ...(deal && { deal: (client: PartyId) => deal(members().indexOf(client)) }),
    ...(options.limits && { limits: options.limits }),
    ...{ state: record.world, at: record.past.at(-1)!.at, known: resume ? members() : [] },
  });
  const close = await open(service);
  let farewell: "finished" | "stopped" | "failed" = "stopped";
  let roundStartedAt = performance.now();
  try {
    for await (const batch of service.run(signal)) {
      for (const { at, event } of batch) {
        if (event.kind === "round-started") roundStartedAt = performance.now();
        if (event.kind !== "round-finished") {
          yield record.add(at, event);
          continue;
        }
        const wallSeconds = (performance.now() - roundStartedAt) / 1000;
        yield record.add(at, { ...event, ...service.traffic.take(), wallSeconds });
        const checkpoint = await record.saveRound(at, event, () => service.server.snapshot());
        if (checkpoint) yield checkpoint;
      }
      await record.flushWhenDue();
    }
    await record.flush();
    farewell = service.finished ? "finished" : "stopped";
    if (service.finished) {
      // Clients hear it before the log does: a run that is over in its log opens its door to nobody any more.
      await service.close("finished");
      yield await record.finish(service.now, service.learnt);
    }
  } catch (error) {
    farewell = "failed";
    throw await record.fail(service.now, error, service.finished ? null : record.round + 1);
  } finally {
    await service.close(farewell);
    await close();
  }
}

/**
 * Deals the training data out, and under protocols that give clients models of their own what these are measured on.
 *
 * @returns for the number of a client its part, always the same one; beyond the last part it begins again with the first
 * @throws InputError as `ownedEntities` and `heldOutOf`
 */
export function dealer(
  prepared: PreparedModel,
  shards: readonly Int32Array[],
): (client: number) => ClientData {
  const { recipe, dataset } = prepared;
  const isPersonal = isEmbeddings(recipe.protocol);
  if (isPersonal) ownedEntities(prepared, shards);
  const heldOut = isPersonal ? heldOutOf(prepared, shards) : undefined;
  return (client) => {
    const part = client % shards.length;
    const held = heldOut?.[part];
    return {
      examples: selectRows(dataset.train, shards[part]),
      ...(held && { heldOut: held === "test" ? dataset.test : held }),
    };
  };
}

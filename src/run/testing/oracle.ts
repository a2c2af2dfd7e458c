/** What a finished run must have come to, worked out anew from nothing but who contributed to which round. */
import { mean } from "../../aggregation/mean.ts";
import { scaffoldCorrection, scaffoldUpdate } from "../../federated/control-variates.ts";
import type { TrainResult } from "../../learn/training.ts";
import { localWorkOf, serverOptimizerOf } from "../../recipe/components.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { TestProvisions } from "./provisions.ts";

/** A finished round, as the log tells it. */
export interface Told {
  readonly contributors: readonly PartyId[];
  /** Clients that had ever come. */
  readonly registered: number;
}

/** The model after these rounds, if each client has kept its control variate and its momentum throughout. */
export async function modelAfter(
  { prepared, clients }: TestProvisions,
  rounds: readonly Told[],
): Promise<Float32Array> {
  const { recipe, random, initial } = prepared;
  const optimizer = serverOptimizerOf(recipe);
  const work = localWorkOf(recipe);
  const byExamples = recipe.aggregator.kind === "mean" && recipe.aggregator.weights === "examples";
  const controls = new Map<PartyId, Float32Array>();
  const sentLast = new Map<PartyId, Float32Array>();
  let model = initial;
  let state = optimizer.start(initial.length);
  for (const [index, { contributors, registered }] of rounds.entries()) {
    const serverControl = optimizer.kind === "scaffold" ? state[0] : undefined;
    const updates: Float32Array[] = [];
    const weights: number[] = [];
    for (const name of contributors) {
      const control = controls.get(name) ?? new Float32Array(initial.length);
      const { update, examples, steps }: TrainResult = await clients.get(name)!.trainer.run({
        ...{ kind: "train", shard: 0, parameters: model, work },
        ...(serverControl && { correction: scaffoldCorrection(serverControl, control) }),
        ...(sentLast.has(name) && { sentLast: sentLast.get(name)! }),
        seed: random
          .stream("client", name)
          .stream("train", index + 1)
          .bits(),
      });
      if (work.workerMomentum) sentLast.set(name, update);
      weights.push(byExamples ? examples : 1);
      if (serverControl === undefined) {
        updates.push(update);
        continue;
      }
      const { rate } = work.optimizer;
      const round = { moved: update, serverControl, clientControl: control, steps, rate };
      const next = scaffoldUpdate(round);
      updates.push(next.update);
      controls.set(name, next.clientControl);
    }
    const share = contributors.length / registered;
    ({ model, state } = optimizer.apply({ model, update: mean(updates, { weights }), state, share }));
  }
  return model;
}

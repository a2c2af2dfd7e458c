/** What must come of a round when clients go, by the rules alone: no keys, masks or messages. */
import type { PartyId } from "../../../runtime/party.ts";
import type { Driven } from "../../testing/drive.ts";
import type { Plan } from "../plan.ts";
import { isConnected, neighboursOf } from "../ring.ts";

/** Before its first message of which kind a client goes; or it is slow to train, and stays. */
export const STAGES = ["key", "shares", "upload", "slow", "reveal"] as const;
export type Stage = (typeof STAGES)[number];

export type Expected = { readonly included: readonly PartyId[] } | { readonly code: string };

/** Who has which place, as the server has told. */
export function placesIn({ sent }: Driven): Map<PartyId, number> {
  const plans = sent.filter(({ message }) => message.kind === "plan");
  return new Map(plans.map(({ to, message }) => [to, message.body!.place as number]));
}

/**
 * @param clients the cohort
 * @param stages of those who go or are slow
 * @param planOf the plan for so many clients, or undefined
 */
export function expectedOutcome(
  clients: readonly PartyId[],
  stages: ReadonlyMap<PartyId, Stage>,
  planOf: (clients: number) => Plan | undefined,
  places: ReadonlyMap<PartyId, number>,
): Expected {
  const without = (from: readonly PartyId[], ...gone: Stage[]) =>
    from.filter((client) => !gone.includes(stages.get(client)!));
  const answered = without(clients, "key");
  const plan = planOf(answered.length);
  if (!plan) return { code: "secure.dropouts" };
  const setOf = (some: readonly PartyId[]) => new Set(some.map((client) => places.get(client)!));
  const around = (client: PartyId) => neighboursOf(places.get(client)!, plan);
  const count = (client: PartyId, among: ReadonlySet<number>) =>
    around(client).filter((place) => among.has(place)).length;

  const sharers = without(answered, "shares");
  const isShared = sharers.every((client) => count(client, setOf(sharers)) >= plan.threshold);
  if (sharers.length === 0 || !isShared) return { code: "secure.dropouts" };

  const included = without(sharers, "upload", "slow");
  const uploaded = setOf(included);
  if (included.length < plan.threshold + 1) return { code: "secure.too-few" };
  if (!isConnected(uploaded, plan)) return { code: "secure.disconnected" };

  const willing = without(sharers, "upload", "reveal").filter(
    (client) => count(client, uploaded) >= plan.threshold,
  );
  const wanted = sharers.filter((client) => included.includes(client) || count(client, uploaded) > 0);
  const isHeld = wanted.every((client) => count(client, setOf(willing)) >= plan.threshold);
  return isHeld ? { included } : { code: "secure.dropouts" };
}

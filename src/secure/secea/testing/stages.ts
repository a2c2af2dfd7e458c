/** At which of its messages a client can go; in the order of an attempt. */

import type { PartyId } from "../../../runtime/party.ts";
import type { Departures, Going } from "../../testing/departures.ts";
import type { Envelope, Fate } from "../../testing/drive.ts";
import { labelOf } from "./round.ts";

const REGISTRATION = [
  ...["ready", "presence", "within presence", "shared presence", "held presence", "sum presence"],
  ...["queries", "within queries", "shared queries", "held queries"],
] as const;

/** When there is no registration to make. Training is over before the masks are agreed on. */
export const ROUND = [
  ...["masks", "within masks", "shared masks", "tables", "within tables", "shared tables"],
  ...["held masks", "held tables", "answers", "within answers", "answered"],
  ...["retrieved", "measures", "within measures", "shared measures", "held measures", "sum measures"],
] as const;

export const STAGES = [...REGISTRATION, ...ROUND] as const;
export type Stage = (typeof STAGES)[number];

export function isBefore(stage: Stage, other: Stage): boolean {
  return STAGES.indexOf(stage) < STAGES.indexOf(other);
}

/** What is sent one by one to the others breaks off `within` behind the first. */
export function goingAt(stages: Departures<Stage>, how: Going["how"]): (envelope: Envelope) => Fate {
  const begun = new Set<PartyId>();
  return (envelope) => {
    const { from } = envelope;
    const stage = stages.get(from);
    const label = labelOf(envelope);
    if (stage === label) return how;
    if (stage !== `within ${label}`) return "deliver";
    if (begun.has(from)) return how;
    begun.add(from);
    return "deliver";
  };
}

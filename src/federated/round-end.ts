import type { PartyEvent } from "../records/events.ts";

/** Whether an event of the server ends the set-up or an attempt at a round, and how: what the fabric must know of rounds. */
export function roundEnd({ kind }: PartyEvent): "finished" | "failed" | null {
  if (kind === "round-finished" || kind === "setup-finished") return "finished";
  return kind === "round-failed" ? "failed" : null;
}

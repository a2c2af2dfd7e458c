import type { Party, PartyId } from "../party.ts";
import { momentOf } from "./message-faults.ts";
import type { Absence, Moment, Network } from "./network.ts";

/**
 * A real client's machine that tells when the network wants the client to be absent: in the midst of a round, which is
 * here the moment at which its work begins, because nobody knows how long real work will take. Asked once for every
 * attempt at a round, as in the simulation.
 */
export function withAbsences<Job, Result, Event>(
  party: Party<Job, Result, Event>,
  client: PartyId,
  network: Network,
  absent: (absence: Absence) => void,
): Party<Job, Result, Event> {
  let asked: Required<Moment> | undefined;
  return {
    handle(input, now) {
      const effects = party.handle(input, now);
      if (input.kind === "message" && effects.some(({ kind }) => kind === "job")) {
        const moment = momentOf(input.message);
        if (moment.round !== asked?.round || moment.attempt !== asked.attempt) {
          asked = moment;
          const absence = network.availability({ ...moment, client, workSeconds: 0 });
          if (absence !== null) absent(absence);
        }
      }
      return effects;
    },
    snapshot: () => party.snapshot(),
    restore: (state) => party.restore(state),
  };
}

/** What a client knows of itself, and of an attempt at a round. */
import type { Holdings } from "../../federated/embeddings.ts";
import type { Address } from "../../federated/step-effects.ts";
import type { EvaluateResult } from "../../learn/training.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { SecureEnvironment } from "../environment.ts";
import type { Roster } from "../roster.ts";
import type { SealedChannels } from "../sealed-channels.ts";
import type { Circle } from "./circle.ts";
import { emptyInbox, type Inbox } from "./inbox.ts";
import type { Registering } from "./registering.ts";
import type { Registration } from "./registration.ts";
import type { Session } from "./session.ts";
import type { SecEaSettings } from "./settings.ts";

/** Never changes. */
export interface Self {
  readonly me: PartyId;
  readonly settings: SecEaSettings;
  readonly holdings: Holdings;
  readonly env: SecureEnvironment;
  readonly channels: SealedChannels;
}

/** Plain data. */
export interface Attempt extends Address {
  /** Something was not as it must be, and nothing more is said. */
  isSilent: boolean;
  readonly inbox: Inbox;
  /** What training starts from, and then what it has made of it. */
  model: Float32Array;
  isTrained: boolean;
  measured: EvaluateResult | undefined;
  /** The one that is valid: of an earlier round, until a new one is complete. */
  registration: Registration | undefined;
  /** A new registration on its way. */
  registering: Registering | undefined;
  /** The client's part in the round, once that has begun. */
  session: Session | undefined;
}

export function newAttempt(
  { round, attempt }: Address,
  model: Float32Array,
  registration: Registration | undefined,
): Attempt {
  return {
    ...{ round, attempt, model, registration, isTrained: false, isSilent: false, inbox: emptyInbox() },
    ...{ measured: undefined, registering: undefined, session: undefined },
  };
}

export function circleOf(
  { me, channels }: Self,
  { names, keys }: Roster,
  { round, attempt }: Address,
): Circle {
  return { names, keys, channels, place: names.indexOf(me), address: { round, attempt } };
}

/**
 * The messages of SecEA, in the order of an attempt at a round. Clients are named by their place in the registration,
 * sets of them are bitmaps. What is sealed opens for its receiver only, in its attempt and for its purpose only.
 *
 * | kind | from, to | carries |
 * |---|---|---|
 * | `ready` | client, server | tensors `key`: X25519 public key; `registration`: that it holds, if any |
 * | `plan` | server, clients | a registration begins; tensors `names` and `keys`: the roster |
 * | `presence`, `queries`, `masks`, `tables`, `measures` | client, client | tensor `sealed`: a share |
 * | `shared` | client, server | its shares of this exchange are on their way, and how many symbols they have |
 * | `report` | server, clients | tensor `awaited`: say what you hold in this exchange, as soon as you hold shares of these |
 * | `held` | client, server | tensor `held`: whose shares it holds; final |
 * | `include` | server, clients | tensor `included`: whose shares of this exchange count; once |
 * | `sum` | client, server | tensor `sum`: of the shares of `presence` or `measures` that count |
 * | `union` | server, clients | tensor `union`: the entities that have an owner, ascending |
 * | `begin` | server, clients | tensors `registration`; `participants`: who takes part in the round |
 * | `answers` | client, client | tensor `sealed`: answers to the receiver's queries |
 * | `answered` | client, server | its answers are on their way, and how many symbols they have |
 * | `retrieved` | client, server | it has its rows |
 * | `refuse` | client, server | something was not as it must be, and the client falls silent |
 */
import { z } from "zod";
import { EXCHANGES } from "./exchanges.ts";
import { REFUSALS, type RefusalReason } from "./refusal.ts";

export const KIND = "secea";

const symbols = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40);

export const exchangeBody = z.object({ exchange: z.enum(EXCHANGES) });
export const sharedBody = exchangeBody.extend({ symbols });
export const answeredBody = z.object({ symbols });
export const refuseBody = z.object({ reason: z.enum(Object.keys(REFUSALS) as RefusalReason[]) });

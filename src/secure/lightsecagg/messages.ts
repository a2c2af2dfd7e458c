/**
 * The messages of LightSecAgg, in the order of a round. Clients are named by their place in the plan, from 0; sets of
 * them are bitmaps.
 *
 * | kind | from, to | carries |
 * |---|---|---|
 * | `key` | client, server | tensor `key`: X25519 public key, 32 bytes |
 * | `plan` | server, clients | N; tensors `names` and `keys`: who takes part |
 * | `share` | client, client | tensor `sealed`: a share of the sender's mask, encrypted for the receiver |
 * | `report` | server, clients | tensor `without`: whose shares not to wait for before saying what is held |
 * | `held` | client, server | tensor `held`: whose shares are there; final |
 * | `upload` | client, server | tensor `masked`: contribution plus mask |
 * | `include` | server, clients | tensor `included`: whose contributions are in the sum; once |
 * | `recovery` | client, server | tensor `sum`: sum of the held shares of those included |
 */
import { z } from "zod";

export const planBody = z.object({
  /** N: clients asked, of whom those in the plan have answered. */
  asked: z
    .number()
    .int()
    .min(1)
    .max(2 ** 16),
});

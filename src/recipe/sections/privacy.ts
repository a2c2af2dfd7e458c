import { z } from "zod";
import { positive } from "../fields.ts";

/** Below this the noise of a client would be none at all. */
const SMALLEST = 1e-9;

/** Ways to bound what a run tells of a client. A new one is added to this list and to where it acts. */
const kinds = [
  z
    .strictObject({
      kind: z.literal("distributed-skellam"),
      clip: positive()
        .min(SMALLEST)
        .describe("C: L2 norm that updates are shortened to; takes the place of `protocol.bound`."),
      noise: positive()
        .min(SMALLEST)
        .describe(
          "z: the clients' noise in a sum has a standard deviation of at least z times `clip` in every coordinate.",
        ),
      delta: z
        .number()
        .gt(0)
        .lt(1)
        .default(1e-5)
        .describe(
          "delta of the (epsilon, delta) that is reported; well below one over the number of clients.",
        ),
    })
    .describe(
      "Every client adds a share of Skellam noise to its update before the secure sum (Agarwal, Kairouz and Liu 2021).",
    ),
] as const;

export const privacySection = z
  .discriminatedUnion("kind", kinds)
  .nullable()
  .default(null)
  .describe("Differential privacy of what the server learns, by client; null for none.");

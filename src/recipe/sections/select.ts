import { z } from "zod";
import { count } from "../fields.ts";

export const selectSection = z
  .strictObject({
    fraction: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("Part of the clients whose answers a round wants, in (0, 1]."),
    minimum: count(1)
      .default(1)
      .describe("Fewest clients that make a round: a round with fewer answers fails and is tried again."),
    over: z
      .number()
      .min(1)
      .default(1)
      .describe(
        "Over-selection: asks this many times more clients than wanted and closes the round when enough have answered.",
      ),
  })
  .prefault({})
  .describe("Whom a round asks.");

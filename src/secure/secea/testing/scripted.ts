/** SecEA's own functions with their noise given, in place of randomness: for tests of what is linear in it. */
import type { SecureRandom } from "../../../numeric/secure-random.ts";
import type { GfSecEa } from "../../testing/gf-secea.ts";
import { shareTable } from "../embedding-table.ts";
import { answer, decodeAnswers, shareQueries } from "../retrieval.ts";
import type { Shape } from "../shape.ts";
import { shareZeroMask } from "../zero-mask.ts";

/** Hands out these vectors, one after the other, and nothing else. */
export function scripted(draws: readonly Uint32Array[]): SecureRandom {
  const rest = [...draws];
  const field31 = (length: number) => {
    const next = rest.shift();
    if (next?.length !== length) throw new Error(`${length} symbols were drawn, not ${next?.length}.`);
    return next;
  };
  return { field31 } as unknown as SecureRandom;
}

/** A zero mask's noise are here its values at K + 2 T - 1 further points. */
export function scriptedSecEa(shape: Shape): GfSecEa {
  return {
    shareTable: (table, noise) => shareTable(table, shape, scripted(noise)),
    shareQueries: (rows, union, noise) => shareQueries(rows, union, shape, scripted(noise)),
    shareZeroMask: (noise) => shareZeroMask(noise[0].length, shape, scripted(noise)),
    answer,
    decodeAnswers: (answers) => decodeAnswers(answers, shape),
  };
}

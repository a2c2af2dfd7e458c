import type { SimulationRandom } from "../../numeric/random.ts";
import { dealEvenly, shuffledRows } from "./deal.ts";

/** Shuffles the rows and cuts them into equal parts (sizes differ by at most one row). */
export function dealIid(rows: number, clients: number, random: SimulationRandom): Int32Array {
  const deal = new Int32Array(rows);
  dealEvenly(shuffledRows(rows, random), clients, deal);
  return deal;
}

import type { SimulationRandom } from "../../numeric/random.ts";
import { countRows, shuffledRows } from "./deal.ts";

/** Draws before the rows of the richest are moved: enough for skews that only now and then leave a client short. */
const attempts = 10;

/**
 * Repeats a random deal until every client holds at least `minimum` rows, at most ten times; then tops up the
 * last one. Needs `minimum * clients <= rows`.
 * @param draw writes a whole deal over the array it is given
 */
export function drawWithMinimum(
  rows: number,
  clients: number,
  minimum: number,
  random: SimulationRandom,
  draw: (deal: Int32Array) => void,
): Int32Array {
  const deal = new Int32Array(rows);
  for (let attempt = 0; attempt < attempts; attempt++) {
    draw(deal);
    if (countRows(deal, clients).every((count) => count >= minimum)) return deal;
  }
  topUp(deal, clients, minimum, random);
  return deal;
}

/**
 * Moves rows from the largest clients to those below `minimum`, in place. The sizes afterwards are those of
 * taking one row after the other from whoever is then the largest; the rows moved are drawn.
 * Cost: one sort of the sizes and one pass over the rows.
 */
export function topUp(deal: Int32Array, clients: number, minimum: number, random: SimulationRandom): void {
  const counts = countRows(deal, clients);
  const surplus = surpluses(
    counts,
    counts.reduce((sum, count) => sum + Math.max(0, minimum - count), 0),
  );
  let needy = 0;
  for (const row of shuffledRows(deal.length, random)) {
    while (needy < clients && counts[needy] >= minimum) needy++;
    if (needy === clients) return;
    if (surplus[deal[row]] === 0) continue;
    surplus[deal[row]]--;
    deal[row] = needy;
    counts[needy]++;
  }
}

/** How many rows each client gives so that `wanted` are given in all and the largest are levelled. */
function surpluses(counts: Int32Array, wanted: number): Int32Array {
  const largestFirst = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  // Find how many of the largest give: levelling the first k down to the next one's size must free enough.
  let givers = 0;
  let sum = 0;
  do sum += counts[largestFirst[givers++]];
  while (givers < counts.length && sum - givers * counts[largestFirst[givers]] < wanted);
  const left = sum - wanted;
  const surplus = new Int32Array(counts.length);
  for (let i = 0; i < givers; i++) {
    // The rows that stay are shared evenly; the first ones keep the odd rows.
    const keep = Math.floor(left / givers) + (i < left % givers ? 1 : 0);
    surplus[largestFirst[i]] = counts[largestFirst[i]] - keep;
  }
  return surplus;
}

import { forEachSortedBlock } from "../../numeric/sorted-columns.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { meanOf } from "./mean-of.ts";
import { honestMajority, strictest } from "./requirement.ts";
import { checkPositive, checkWhole } from "./settings.ts";
import { splitInTwo } from "./split-in-two.ts";

export interface AurorOptions {
  /** A feature is indicative where its two clusters' centres are at least this far apart; in units of the updates. */
  readonly threshold: number;
  /** tau in (0, 1): who is in the minority for more than this share of the indicative features is excluded. 0.5. */
  readonly share?: number;
  /** The rounds in which features are looked at; afterwards who is excluded stays so. 10 when absent. */
  readonly rounds?: number;
  /** Only the last entries are looked at, such as the output layer's; all when absent. */
  readonly features?: number;
  /** f, the most updates that may be Byzantine; it only says how many updates are needed. 1 when absent. */
  readonly byzantine?: number;
}

/** What was seen of the clients in the rounds so far; plain data. */
export interface AurorState {
  readonly rounds: number;
  readonly clients: readonly Suspicion[];
}

interface Suspicion {
  readonly client: string;
  /** Of its indicative features, how many found it in the smaller cluster. */
  readonly minority: number;
  /** Indicative features of the rounds it took part in. */
  readonly indicative: number;
}

/**
 * Auror (Shen, Tople, Saxena 2016, section 4): in the first rounds every entry's n values are cut into two clusters
 * (exact 2-means). Entries with centres far apart are indicative, and a client in the smaller cluster of more than
 * half of them is left out: of those rounds as soon as that is so, of all later ones for good. The others are
 * averaged. Clusters of equal size count for nobody.
 *
 * Take it against the same few attackers in every round, with a threshold measured on honest updates. It judges by
 * name: who attacks only after the first rounds, or comes under a new name, is never found, and honest clients with
 * rare data look like a minority.
 *
 * @param updates n >= 3 vectors of equal length d; this function sees one round, the rule follows clients by name
 * @returns length d; cost O(n log n) for each entry looked at, memory O(n + d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example auror(updates, { threshold: 1e-3, features: 1290 })
 */
export function auror(updates: readonly Float32Array[], options: AurorOptions): Float32Array {
  return applyRule(aurorRule(options), updates).update;
}

/** {@link auror} as a round's rule. It reports the rows kept and how many entries were indicative. */
export function aurorRule(options: AurorOptions): Rule<AurorState> {
  const { share = 0.5, rounds = 10, byzantine = 1 } = options;
  checkPositive("threshold", options.threshold);
  checkPositive("share", share);
  checkWhole("rounds", rounds, 1);
  if (options.features !== undefined) checkWhole("features", options.features, 1);
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "auror",
    ...strictest({ needs: 2, condition: "n >= 2" }, honestMajority(byzantine)),
    combine({ rows, clients, state = { rounds: 0, clients: [] } }) {
      const looks = state.rounds < rounds;
      const look = looks ? lookAt(rows, options) : { indicative: 0, minority: [] };
      const next = looks ? remember(state, clients, look) : state;
      const excluded = new Set(
        next.clients
          .filter(({ minority, indicative }) => minority > share * indicative)
          .map(({ client }) => client),
      );
      const selected = [...rows.keys()].filter((i) => !excluded.has(clients[i]));
      // With nobody left the mean of none is zero, an update that changes nothing.
      const update = meanOf(rows, selected);
      return { update, selected, figures: { indicative: look.indicative }, state: next };
    },
  };
}

interface Look {
  /** How many entries are indicative. */
  readonly indicative: number;
  /** For each row how many of them have it in the smaller cluster. */
  readonly minority: ArrayLike<number>;
}

function remember(state: AurorState, clients: readonly string[], look: Look): AurorState {
  const known = new Map(state.clients.map((suspicion) => [suspicion.client, suspicion]));
  clients.forEach((client, i) => {
    const { minority, indicative } = known.get(client) ?? { minority: 0, indicative: 0 };
    known.set(client, {
      client,
      minority: minority + look.minority[i],
      indicative: indicative + look.indicative,
    });
  });
  return { rounds: state.rounds + 1, clients: [...known.values()] };
}

function lookAt(rows: readonly Float32Array[], { threshold, features }: AurorOptions): Look {
  const n = rows.length;
  const seen = rows.map((row) => (features === undefined ? row : row.subarray(-features)));
  const minority = new Uint32Array(n);
  let indicative = 0;
  forEachSortedBlock(seen, (sorted, from, width) => {
    for (let j = 0; j < width; j++) {
      const split = splitInTwo(n, (rank) => sorted[rank * width + j]);
      if (split === undefined || split.gap < threshold) continue;
      indicative++;
      if (2 * split.lowerCount === n) continue;
      const lowerIsSmaller = 2 * split.lowerCount < n;
      for (let i = 0; i < n; i++) {
        if (seen[i][from + j] <= split.last === lowerIsSmaller) minority[i]++;
      }
    }
  });
  return { indicative, minority };
}

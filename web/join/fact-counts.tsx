import { formatNumber } from "../../src/records/report/format.ts";
import { Facts } from "../shared/facts.tsx";
import type { FactCounts as Counts } from "./data-summary.ts";

/** Of what the facts speak that were read, and how many are not for training. */
export function FactCounts({ counts: { heldOut, entities, relations, known } }: { counts: Counts }) {
  const outOf = (count: number, all: number) =>
    `${formatNumber(count)} of the ${formatNumber(all)} that the run knows`;
  return (
    <Facts
      facts={[
        ["Held out", `${formatNumber(heldOut)}: your own model is measured on them, and not trained on them`],
        ["Entities", outOf(entities, known.entities)],
        ["Relations", outOf(relations, known.relations)],
      ]}
    />
  );
}

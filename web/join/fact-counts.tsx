import type { Fact } from "../../src/records/report/facts.ts";
import { formatNumber } from "../../src/records/report/format.ts";
import { Facts } from "../shared/facts.tsx";
import type { FactCounts as Counts } from "./data-summary.ts";

/** Of what the facts speak that were read, and how many are not for training, if any. */
export function FactCounts({ counts: { heldOut, entities, relations, known } }: { counts: Counts }) {
  const outOf = (count: number, all: number) =>
    `${formatNumber(count)} of the ${formatNumber(all)} that the run knows`;
  const spoken: Fact[] = [
    ["Entities", outOf(entities, known.entities)],
    ["Relations", outOf(relations, known.relations)],
  ];
  if (heldOut === undefined) return <Facts facts={spoken} />;
  const held = `${formatNumber(heldOut)}: your own model is measured on them, and not trained on them`;
  return <Facts facts={[["Held out", held], ...spoken]} />;
}

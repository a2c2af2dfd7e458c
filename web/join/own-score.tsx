import { isEmbeddings } from "../../src/recipe/protocol-families.ts";
import { formatNumber, formatPercent } from "../../src/records/report/format.ts";
import { Figure } from "../shared/figures.tsx";
import { offer, progress } from "./participation.ts";
import { newestMeasured } from "./progress.ts";
import { plural } from "./what-happens.ts";

/** How well this device's own model does on what it holds out; nothing where devices have no models of their own. */
export function OwnScore() {
  if (offer.value === null || !isEmbeddings(offer.value.plan.protocol)) return null;
  const name = "Score of your model";
  const measured = newestMeasured(progress.value.rounds);
  if (measured === undefined) return <Figure name={name} value="–" />;
  const { round, accuracy, loss, examples } = measured;
  const more = `on ${plural(examples, "held-out example")}, loss ${formatNumber(loss)}, round ${round}`;
  return <Figure name={name} value={formatPercent(accuracy)} more={more} />;
}

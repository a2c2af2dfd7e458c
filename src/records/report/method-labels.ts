/**
 * Attacks and defences in words, from the recipe in the log. Recipes of other versions may lack keys or have
 * others: what is not known is not named, and a recipe without an adversary or aggregator is one without it.
 */
import { differingKeys, flatten } from "./facts.ts";
import { formatPercent } from "./format.ts";

/** A section of a recipe, in plain data. */
export type Section = Readonly<Record<string, unknown>>;

export interface Methods {
  /** Null when nobody cheats: without an adversary, or with one whose share rounds to no client. */
  readonly adversary: (Section & { readonly fraction: number }) | null;
  readonly aggregator: Section;
}

export function methodsOf(recipe: unknown): Methods {
  const { adversary, aggregator, clients } = sectionOf(recipe);
  const { fraction } = sectionOf(adversary);
  const share = typeof fraction === "number" ? fraction : 0;
  const corrupted = Math.round(share * (typeof clients === "number" ? clients : Number.POSITIVE_INFINITY));
  return {
    adversary: corrupted > 0 ? { ...sectionOf(adversary), fraction: share } : null,
    aggregator: sectionOf(aggregator),
  };
}

/** An empty one for what is none. */
export function sectionOf(value: unknown): Section {
  return typeof value === "object" && value !== null ? (value as Section) : {};
}

/** The kind of a method, as recipes call it. */
export function kindOf({ kind }: Section): string {
  return typeof kind === "string" ? kind : "unknown";
}

/** `krum (byzfl) after clipping to 5 and ARC`. */
export function defenceWords(aggregator: Section): string {
  const { variant } = aggregator;
  const { clip, arc, bucketing, mixing } = sectionOf(aggregator.before);
  const steps = [
    typeof clip === "number" && `clipping to ${clip}`,
    arc === true && "ARC",
    typeof bucketing === "number" && `buckets of ${bucketing}`,
    mixing === true && "neighbour mixing",
  ].filter((step) => step !== false);
  const last = steps.pop();
  const before = steps.length > 0 ? `${steps.join(", ")} and ${last}` : last;
  const which = typeof variant === "string" && variant !== "paper" ? ` (${variant})` : "";
  return `${kindOf(aggregator)}${which}${before === undefined ? "" : ` after ${before}`}`;
}

/** `alie at 20 %`: the share is of all clients. */
export function attackWords(attack: string, fraction: number): string {
  return `${attack} at ${formatPercent(fraction)}`;
}

/**
 * What tells methods of the same kind apart beside what their words say already: for each section, the keys whose
 * values differ among those of its kind, as `z 1.5`.
 *
 * @param named keys that the words have
 */
export function distinctions(sections: readonly Section[], named: readonly string[]): string[][] {
  const leaves = sections.map(
    (section) => new Map(flatten(section).filter(([key]) => !named.includes(key.split(".")[0]))),
  );
  const groups = Map.groupBy(sections.keys(), (i) => kindOf(sections[i]));
  const differing = new Map(
    [...groups].map(([kind, members]) => [kind, differingKeys(members.map((i) => leaves[i]))]),
  );
  return sections.map((section, i) =>
    differing.get(kindOf(section))!.flatMap((key) => {
      const value = leaves[i].get(key);
      return value === undefined ? [] : [`${key} ${value}`];
    }),
  );
}

import type { RoundSummary } from "../events.ts";

/** The numbers among a round's figures of the method, nested ones by their dotted path. */
export function roundFigures({ figures = {} }: RoundSummary): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "number") found.set(path, value);
    else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, item] of Object.entries(value)) walk(item, path ? `${path}.${key}` : key);
    }
  };
  walk(figures, "");
  return found;
}

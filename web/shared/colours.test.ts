import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { style } from "../../src/records/report/style.ts";

/** The custom properties of each ground, light first. */
function colours(css: string): Record<string, string>[] {
  return css
    .split("prefers-color-scheme: dark")
    .map((part) =>
      Object.fromEntries(
        [...part.split("}")[0].matchAll(/(--[a-z-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      ),
    );
}

const pages = colours(readFileSync(new URL("colours.css", import.meta.url), "utf8"));

it("pages and report have the same colours", () => {
  colours(style.split("@media print")[0]).forEach((report, i) => {
    expect(Object.keys(report)).toHaveLength(9);
    expect(pages[i]).toMatchObject(report);
  });
});

it.each([0, 1])("words and edges stand out from their ground (%i)", (i) => {
  const { "--page": page, "--card": card, ...inks } = pages[i];
  for (const ground of [page, card]) {
    for (const name of ["--text", "--soft", "--accent", "--good", "--bad", "--warn"])
      expect(contrast(inks[name], ground), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(inks["--edge"], ground)).toBeGreaterThanOrEqual(3);
  }
  expect(contrast(inks["--on-accent"], inks["--accent"])).toBeGreaterThanOrEqual(4.5);
});

/** WCAG 2.2, contrast ratio of two colours. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

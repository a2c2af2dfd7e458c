import type { Page } from "playwright-core";

/**
 * What a first look by a screen reader would complain about: things without a name, headings that skip a level,
 * tables without caption or scopes, missing or doubled landmarks.
 *
 * @returns one line per complaint, none when all is well
 */
export function accessibilityComplaints(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const complaints: string[] = [];
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
    const shown = (element: Element) => element.checkVisibility();
    const nameOf = (element: HTMLElement): string => {
      const labelled = element.getAttribute("aria-labelledby");
      const labels = (element as HTMLInputElement).labels;
      return (
        [
          labelled
            ?.split(" ")
            .map((id) => document.getElementById(id)?.textContent)
            .join(" "),
          element.getAttribute("aria-label"),
          labels && [...labels].map((label) => label.textContent).join(" "),
          element.matches("a, button, summary") ? element.textContent : "",
        ]
          .map((text) => text?.trim())
          .find(Boolean) ?? ""
      );
    };
    const complainOf = (what: string, element: Element) =>
      complaints.push(`${what}: ${element.outerHTML.slice(0, 160)}`);

    for (const element of all(
      "a, button, summary, input, select, progress:not([aria-hidden]), [role=img], dialog, nav, section",
    ))
      if (shown(element) && nameOf(element) === "") complainOf("no name", element);
    for (const image of all("img:not([alt])")) complainOf("no alt", image);
    for (const table of all("table"))
      if (!table.querySelector("caption")?.textContent) complainOf("no caption", table);
    for (const head of all("th:not([scope])")) complainOf("no scope", head);
    for (const element of all("[tabindex]")) if (element.tabIndex > 0) complainOf("tab order", element);
    for (const element of all(".scroll, pre"))
      if (shown(element) && element.tabIndex < 0 && element.parentElement!.tabIndex < 0)
        complainOf("not reachable", element);
    const levels = all("h1, h2, h3, h4")
      .filter(shown)
      .map(({ tagName }) => Number(tagName[1]));
    if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1)
      complaints.push(`headings: ${levels}`);
    levels.forEach((level, i) => {
      if (i > 0 && level > levels[i - 1] + 1) complaints.push(`heading skips a level: ${levels}`);
    });
    for (const landmark of ["main", "body > #app > header", "footer"])
      if (all(landmark).length !== 1) complaints.push(`landmark ${landmark}: ${all(landmark).length}`);
    const ids = all("[id]").map(({ id }) => id);
    for (const id of new Set(ids))
      if (ids.filter((other) => other === id).length > 1) complaints.push(`id twice: ${id}`);
    if (document.documentElement.lang === "" || document.title === "")
      complaints.push("no language or title");
    return complaints;
  });
}

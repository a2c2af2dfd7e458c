import { signal } from "@preact/signals";

/** What the page shows; the address's fragment says it, so that a reload or a copied address shows the same. */
export type Route =
  | { readonly page: "runs" }
  | { readonly page: "run"; readonly run: string }
  | { readonly page: "compare"; readonly runs: readonly string[] };

export const route = signal<Route>({ page: "runs" });

/** Begins to follow the address. */
export function followAddress(): void {
  const read = () => {
    route.value = parseRoute(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}

/** The address of a page within the dashboard. */
export function addressOf(to: Route): string {
  if (to.page === "run") return `#/run/${encodeURIComponent(to.run)}`;
  if (to.page === "compare") return `#/compare/${to.runs.map(encodeURIComponent).join(",")}`;
  return "#/";
}

/** Anything that is not an address of the dashboard leads to the list of runs. */
export function parseRoute(fragment: string): Route {
  const [, page, rest = ""] = /^#\/(\w+)\/(.+)$/.exec(fragment) ?? [];
  try {
    if (page === "run") return { page, run: decodeURIComponent(rest) };
    if (page === "compare") return { page, runs: rest.split(",").map(decodeURIComponent) };
  } catch {
    // Not a well-formed address.
  }
  return { page: "runs" };
}

import { signal } from "@preact/signals";

const query = matchMedia("(prefers-color-scheme: dark)");
const dark = signal(query.matches);
query.addEventListener("change", () => {
  dark.value = query.matches;
});

/** Whether the page is shown dark; a component that asks is drawn again when that changes. Style sheets need no asking. */
export function useDark(): boolean {
  return dark.value;
}

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/**
 * A part of the page with a heading of the second level, which also names it to screen readers.
 *
 * @param note what the part shows and how to read it, in a sentence or two
 * @param wide whether it takes the room of two where panels stand side by side
 */
export function Panel({
  title,
  note,
  wide = false,
  children,
}: {
  title: string;
  note?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={wide ? "panel wide" : "panel"} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  );
}
